use mcpwright::Form;

const CASE: &str = "camelCase";

#[derive(Form)]
#[form(rename_all = CASE)]
struct Guest {
    #[form(title = 5)]
    a: u32,
    #[form(range = 5)]
    b: u32,
    #[form(range = ..)]
    c: u32,
    #[form(length = "1")]
    d: String,
    #[form(default)]
    e: u32,
    #[form(format = 5)]
    f: String,
    #[form(format = "e-mail")]
    g: String,
    #[form(format = "color")]
    h: String,
    #[form(title = "H", title = "h")]
    i: String,
}

fn main() {}
