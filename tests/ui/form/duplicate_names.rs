use mcpwright::Form;

#[derive(Form)]
struct Guest {
    name: String,
    #[form(rename = "name")]
    nickname: String,
}

#[derive(Form)]
#[form(rename_all = "lowercase")]
#[allow(non_snake_case)]
struct Place {
    r#type: u8,
    #[form(rename = "type")]
    kind: u8,
    row: u8,
    Row: u8,
}

fn main() {}
