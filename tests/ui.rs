//! Compile errors: one for each mistake, at the token to change.

#[test]
fn each_mistake_has_its_error() {
    let cases = trybuild::TestCases::new();
    for attribute in ["server", "tool", "arg", "resource", "prompt", "form", "choice"] {
        cases.compile_fail(format!("tests/ui/{attribute}/*.rs"));
    }
}
