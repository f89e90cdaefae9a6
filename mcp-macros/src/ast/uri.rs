//! The URI of a resource, or the template of many.

/// The variables of a URI in the order in which they stand: a resource has none, and a template has some.
///
/// What keeps a template from being matched, such as two variables without text between them, is left to the engine,
/// which says it at start.
pub(crate) fn variables(uri: &str) -> Result<Vec<String>, String> {
    let mut variables = Vec::new();
    let mut rest = uri;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, inside) = rest[at..].split_at(1);
        if brace == "}" {
            return Err("a `}` of the URI closes nothing: a variable is written `{name}`".to_owned());
        }
        let Some(end) = inside.find('}').filter(|end| !inside[..*end].contains('{')) else {
            let name = inside.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next();
            let name = name.filter(|name| !name.is_empty()).unwrap_or("name");
            return Err(format!("a `{{` of the URI is never closed: a variable is written `{{{name}}}`"));
        };
        let names = inside[..end].trim_start_matches(['+', '#', '/', '?', '&']);
        for name in names.split(',') {
            let name = name.trim_end_matches('*');
            let is_word = |word: &str| {
                !word.is_empty() && word.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
            };
            if !name.split('.').all(is_word) {
                return Err(format!(
                    "`{{{}}}` names no variable: use letters, digits and `_`, as in `{{id}}`",
                    &inside[..end]
                ));
            }
            variables.push(name.to_owned());
        }
        rest = &inside[end + 1..];
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn variables_are_found() {
        let check = |uri, expected: &[&str]| assert_eq!(variables(uri).expect(uri), expected);
        check("note://all", &[]);
        check("note://{user}/{id}{?format,lines}", &["user", "id", "format", "lines"]);
        check("file:///{+path}#{#part}", &["path", "part"]);
        check("tree://root{/segments*}", &["segments"]);
        check("x://{a.b}", &["a.b"]);
    }

    #[test]
    fn mistakes_are_explained() {
        let check = |uri, expected| assert_eq!(variables(uri).expect_err(uri), expected);
        check("note://{id", "a `{` of the URI is never closed: a variable is written `{id}`");
        check("note://{id/{part}", "a `{` of the URI is never closed: a variable is written `{id}`");
        check("note://id}", "a `}` of the URI closes nothing: a variable is written `{name}`");
        check("note://{}", "`{}` names no variable: use letters, digits and `_`, as in `{id}`");
        check("note://{no way}", "`{no way}` names no variable: use letters, digits and `_`, as in `{id}`");
    }
}
