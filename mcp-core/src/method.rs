pub(crate) fn known(name: &str) -> Option<&'static str> { let _ = name; None }
