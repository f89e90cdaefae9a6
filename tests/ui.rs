//! Compiler messages of the macros: one error per mistake, at the token to change.

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    for attribute in ["server", "tool", "arg", "resource", "prompt", "form", "choice"] {
        cases.compile_fail(format!("tests/ui/{attribute}/*.rs"));
    }
}
