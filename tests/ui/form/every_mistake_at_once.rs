use mcpwright::Form;

#[derive(Form)]
#[form(rename_all = "kebap-case")]
struct Guest<const N: usize> {
    #[form(lenght = 1..=80)]
    name: String,
    #[form(range = 5, format = "emial")]
    age: u32,
    #[form(rename = "name")]
    nickname: String,
}

fn main() {
    let _ = Guest::<1>::schema();
}
