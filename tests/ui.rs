//! Compile errors: one for each mistake, at the token to change.

#[test]
fn mistakes_are_compile_errors() {
    let cases = trybuild::TestCases::new();
    for attribute in ["server", "tool", "arg", "resource", "prompt", "form", "choice"] {
        cases.compile_fail(format!("tests/ui/{attribute}/*.rs"));
    }
}
