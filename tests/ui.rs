//! What the compiler says of mistakes: one error for each, at the token that is to be changed.

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    for attribute in ["server", "tool", "arg", "resource", "prompt", "form", "choice"] {
        cases.compile_fail(format!("tests/ui/{attribute}/*.rs"));
    }
}
