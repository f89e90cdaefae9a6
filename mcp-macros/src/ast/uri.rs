//! Variables of a resource's URI.

/// Returns the variables of a URI in their order: none for a single resource, at least one for a template.
///
/// Templates that cannot be matched, such as two variables without text between them, are not found here: the builder
/// panics at start.
///
/// # Errors
///
/// Returns the text of the mistake if a brace is not closed or not opened, or a variable has no valid name.
pub(crate) fn variables(uri: &str) -> Result<Vec<String>, String> {
    let mut variables = Vec::new();
    let mut rest = uri;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, after) = rest[at..].split_at(1);
        if brace == "}" {
            return Err("the URI has a `}` without a `{`: write a variable as `{name}`".to_owned());
        }
        let Some(end) = after.find('}').filter(|end| !after[..*end].contains('{')) else {
            let name = after.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next();
            let name = name.filter(|name| !name.is_empty()).unwrap_or("name");
            return Err(format!("the URI has a `{{` without a `}}`: write a variable as `{{{name}}}`"));
        };
        let names = after[..end].trim_start_matches(['+', '#', '/', '?', '&']);
        for name in names.split(',') {
            let name = name.trim_end_matches('*');
            if !name.split('.').all(is_word) {
                return Err(format!(
                    "`{{{}}}` must name a variable: use letters, digits and `_`, as in `{{id}}`",
                    &after[..end]
                ));
            }
            variables.push(name.to_owned());
        }
        rest = &after[end + 1..];
    }
    Ok(variables)
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn variables_are_in_their_order() {
        let check = |uri, expected: &[&str]| assert_eq!(variables(uri).expect(uri), expected);
        check("note://all", &[]);
        check("note://{user}/{id}{?format,lines}", &["user", "id", "format", "lines"]);
        check("file:///{+path}#{#part}", &["path", "part"]);
        check("tree://root{/segments*}", &["segments"]);
        check("x://{a.b}", &["a.b"]);
    }

    #[test]
    fn a_mistake_names_the_fix() {
        let check = |uri, expected| assert_eq!(variables(uri).expect_err(uri), expected);
        check("note://{id", "the URI has a `{` without a `}`: write a variable as `{id}`");
        check("note://{id/{part}", "the URI has a `{` without a `}`: write a variable as `{id}`");
        check("note://id}", "the URI has a `}` without a `{`: write a variable as `{name}`");
        check("note://{}", "`{}` must name a variable: use letters, digits and `_`, as in `{id}`");
        check(
            "note://{no way}",
            "`{no way}` must name a variable: use letters, digits and `_`, as in `{id}`",
        );
    }
}
