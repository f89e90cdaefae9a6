//! Tests of parsing, expansion and matching.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn template(source: &str) -> UriTemplate {
    UriTemplate::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// Returns the values as `name=value`, or the reason why there are none.
fn matched(source: &str, uri: &str) -> String {
    match template(source).matches(uri) {
        Match::Matched(values) => {
            values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        }
        Match::Unmatched => "unmatched".into(),
        Match::Rejected(rejection) => format!("rejected: {rejection}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn examples_of_the_rfc_are_expanded() {
    let values = [
        ("var", "value"),
        ("hello", "Hello World!"),
        ("half", "50%"),
        ("empty", ""),
        ("path", "/foo/bar"),
        ("x", "1024"),
        ("y", "768"),
        ("base", "http://example.com/home/"),
        ("who", "fred"),
        ("dub", "me/too"),
    ];
    for (source, expected) in [
        ("{var}", "value"),
        ("{hello}", "Hello%20World%21"),
        ("{half}", "50%25"),
        ("O{empty}X", "OX"),
        ("O{undef}X", "OX"),
        ("{x,y}", "1024,768"),
        ("{x,hello,y}", "1024,Hello%20World%21,768"),
        ("?{x,empty}", "?1024,"),
        ("?{x,undef}", "?1024"),
        ("?{undef,y}", "?768"),
        ("{+var}", "value"),
        ("{+hello}", "Hello%20World!"),
        ("{+half}", "50%25"),
        ("{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"),
        ("{+base}index", "http://example.com/home/index"),
        ("O{+empty}X", "OX"),
        ("O{+undef}X", "OX"),
        ("{+path}/here", "/foo/bar/here"),
        ("here?ref={+path}", "here?ref=/foo/bar"),
        ("{+x,hello,y}", "1024,Hello%20World!,768"),
        ("{+path,x}/here", "/foo/bar,1024/here"),
        ("{#var}", "#value"),
        ("{#hello}", "#Hello%20World!"),
        ("{#half}", "#50%25"),
        ("foo{#empty}", "foo#"),
        ("foo{#undef}", "foo"),
        ("{/who}", "/fred"),
        ("{/half,who}", "/50%25/fred"),
        ("{/who,dub}", "/fred/me%2Ftoo"),
        ("{/var}", "/value"),
        ("{/var,empty}", "/value/"),
        ("{/var,undef}", "/value"),
        ("{/var,x}/here", "/value/1024/here"),
        ("{/dub*}", "/me/too"),
        ("{?who}", "?who=fred"),
        ("{?half}", "?half=50%25"),
        ("{?x,y}", "?x=1024&y=768"),
        ("{?x,y,empty}", "?x=1024&y=768&empty="),
        ("{?x,y,undef}", "?x=1024&y=768"),
        ("{&who}", "&who=fred"),
        ("{&half}", "&half=50%25"),
        ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
        ("{&x,y,empty}", "&x=1024&y=768&empty="),
        ("{&x,y,undef}", "&x=1024&y=768"),
        ("ä b{var}", "%C3%A4%20bvalue"),
    ] {
        assert_eq!(template(source).expand(&values), expected, "{source}");
    }
}

#[test]
fn templates_that_cannot_be_matched_are_errors() {
    for (source, expected) in [
        ("a{b", "the `{` at byte 1 has no closing `}`"),
        ("a{b{c}", "the `{` at byte 1 has no closing `}`"),
        ("a}b", "the `}` at byte 1 has no opening `{`"),
        ("{}", "`` is not a valid variable name: it must consist of letters, digits, `_` and `.`"),
        ("{a-b}", "`a-b` is not a valid variable name: it must consist of letters, digits, `_` and `.`"),
        ("{a,}", "`` is not a valid variable name: it must consist of letters, digits, `_` and `.`"),
        ("{a..b}", "`a..b` is not a valid variable name: it must consist of letters, digits, `_` and `.`"),
        ("{ä}", "`ä` is not a valid variable name: it must consist of letters, digits, `_` and `.`"),
        ("{a}/{a}", "variable names must be unique: `a` is used twice"),
        ("{a}{b}", "the variables `a` and `b` must be separated by text"),
        ("{a}{+b}", "the variables `a` and `b` must be separated by text"),
        (
            "{?a}/b",
            "a query must only be followed by `{&…}` or `{#…}`, and a fragment must be the end of the template; found `/b`",
        ),
        (
            "{?a}{b}",
            "a query must only be followed by `{&…}` or `{#…}`, and a fragment must be the end of the template; found `{b}`",
        ),
        (
            "{?a}{?b}",
            "a query must only be followed by `{&…}` or `{#…}`, and a fragment must be the end of the template; found `{b}`",
        ),
        (
            "{#a}{&b}",
            "a query must only be followed by `{&…}` or `{#…}`, and a fragment must be the end of the template; found `{b}`",
        ),
        ("x?a=1{?b}", "the text before `{?…}` already contains a `?`: use `{&…}`"),
    ] {
        assert_eq!(UriTemplate::parse(source).expect_err(source).to_string(), expected, "{source}");
    }
    for source in ["{;a}", "{.a}", "{=a}", "{a:3}", "{a*}", "{?a*}", "{#a,b}"] {
        let error = UriTemplate::parse(source).expect_err(source).to_string();
        assert!(error.starts_with(&format!("`{source}` is not a supported expression")), "{error}");
    }
    assert_eq!(UriTemplate::parse(&"x".repeat(5000)), Err(TemplateError::TooLarge));
    let many: String = (0..33).map(|index| format!("{{v{index}}}/")).collect();
    assert_eq!(UriTemplate::parse(&many), Err(TemplateError::TooLarge));
}

#[test]
fn paths_match() {
    for (source, uri, expected) in [
        ("test://template/{id}/data", "test://template/123/data", "id=123"),
        ("test://template/{id}/data", "test://template/123/datum", "unmatched"),
        ("test://template/{id}/data", "test://template/1/2/data", "unmatched"),
        ("test://template/{id}/data", "test://template//data", "unmatched"),
        ("test://fixed", "test://fixed", ""),
        ("test://fixed", "test://fixed/", "unmatched"),
        ("note://{id}", "note://", "unmatched"),
        ("note://{id}", "note://a%20b", "id=a b"),
        ("note://{id}", "note://ä%C3%A4", "id=ää"),
        ("note://{id}", "note://a?b", "unmatched"),
        ("note://{id}", "note://a#b", "unmatched"),
        ("note://ä/{id}", "note://ä/1", "id=1"),
        ("note://ä/{id}", "note://%C3%A4/1", "id=1"),
        ("{name}.{ext}", "archive.tar.gz", "name=archive.tar ext=gz"),
        ("{a,b}", "1,2", "a=1 b=2"),
        ("x{/a,b}", "x/1/2", "a=1 b=2"),
        ("x{/a*}", "x/1/2%20/3", "a=1/2 /3"),
        ("x{/a*}/end", "x/1/end/end", "a=1/end"),
        ("file:///{+path}", "file:///a/b.txt", "path=a/b.txt"),
        ("file:///{+path}", "file:///a?b#c", "path=a?b#c"),
        ("file:///{+path}{?v}", "file:///a?v=1", "path=a v=1"),
        ("{+a}/x/{b}", "p/x/q/x/r", "a=p/x/q b=r"),
        ("{a}x{b}", "axbxxc", "a=axbx b=c"),
        ("{a}x{b}", "xx", "unmatched"),
    ] {
        assert_eq!(matched(source, uri), expected, "{source} with {uri}");
    }
}

#[test]
fn queries_and_fragments_match() {
    for (source, uri, expected) in [
        ("x{?a,b}", "x", ""),
        ("x{?a,b}", "x?", ""),
        ("x{?a,b}", "x?b=2&a=1", "a=1 b=2"),
        ("x{?a,b}", "x?b=2", "b=2"),
        ("x{?a,b}", "x?a=&b", "a= b="),
        ("x{?a,b}", "x?a=1=2", "a=1=2"),
        ("x{?a,b}", "x?a=%26+%3D", "a=&+="),
        ("x{?a,b}", "x?a=1&a=2", "unmatched"),
        ("x{?a,b}", "x?c=1", "unmatched"),
        ("x{?a,b}", "x?a=1#f", "unmatched"),
        ("x{?a}{&b}", "x?b=2&a=1", "a=1 b=2"),
        ("x?k=v{&a}", "x?k=v", ""),
        ("x?k=v{&a}", "x?k=v&a=1", "a=1"),
        ("x?k=v{&a}", "x?a=1&k=v", "unmatched"),
        ("x?k=v&l=w{&a}", "x?k=v&l=w&a=1", "a=1"),
        ("x/{id}?k=v{&a}", "x/7?k=v&a=1", "id=7 a=1"),
        ("x?k={k}{&a}", "x?k=v&a=1", "k=v a=1"),
        ("x{#f}", "x", ""),
        ("x{#f}", "x#", "f="),
        ("x{#f}", "x#a%20b", "f=a b"),
        ("x{?a}{#f}", "x?a=1#b", "a=1 f=b"),
        ("{id}{?a}", "x?a=1", "id=x a=1"),
    ] {
        assert_eq!(matched(source, uri), expected, "{source} with {uri}");
    }
}

#[test]
fn unsafe_values_are_rejected() {
    let (plain, path, query) = ("x:{v}", "x:{+v}", "x:{?v}");
    for (source, uri, expected) in [
        (plain, "x:..", "rejected: the value of `v` must not contain the segment `..`"),
        (plain, "x:.", "rejected: the value of `v` must not be the segment `.`"),
        (plain, "x:%2e%2E", "rejected: the value of `v` must not contain the segment `..`"),
        (plain, "x:a%2Fb", "rejected: the value of `v` must not contain `/`"),
        (plain, "x:a\\b", "rejected: the value of `v` must not contain `\\`"),
        (plain, "x:a%5cb", "rejected: the value of `v` must not contain `\\`"),
        (plain, "x:a%00", "rejected: the value of `v` must not contain a NUL character"),
        (plain, "x:a\0", "rejected: the value of `v` must not contain a NUL character"),
        (plain, "x:%", "rejected: the value of `v` must be percent-encoded UTF-8"),
        (plain, "x:%4", "rejected: the value of `v` must be percent-encoded UTF-8"),
        (plain, "x:%zz", "rejected: the value of `v` must be percent-encoded UTF-8"),
        (plain, "x:%+1", "rejected: the value of `v` must be percent-encoded UTF-8"),
        (plain, "x:%ff", "rejected: the value of `v` must be percent-encoded UTF-8"),
        (plain, "x:%c0%ae", "rejected: the value of `v` must be percent-encoded UTF-8"),
        // Decoding is not repeated.
        (plain, "x:%252e%252e", "v=%2e%2e"),
        (plain, "x:%252F", "v=%2F"),
        (plain, "x:...", "v=..."),
        (plain, "x:a..b", "v=a..b"),
        (path, "x:a/../b", "rejected: the value of `v` must not contain the segment `..`"),
        (path, "x:..", "rejected: the value of `v` must not contain the segment `..`"),
        (path, "x:a/%2e%2e", "rejected: the value of `v` must not contain the segment `..`"),
        (path, "x:a%2F..%2Fb", "rejected: the value of `v` must not contain the segment `..`"),
        (path, "x:a%5C..", "rejected: the value of `v` must not contain `\\`"),
        (path, "x:a%00", "rejected: the value of `v` must not contain a NUL character"),
        (path, "x:%252e%252e/a", "v=%2e%2e/a"),
        (path, "x:a/./b", "v=a/./b"),
        (path, "x:/etc", "v=/etc"),
        ("x:{/v*}", "x:/a/../b", "rejected: the value of `v` must not contain the segment `..`"),
        ("x:{/v*}", "x:/a/%2e/b", "rejected: the value of `v` must not be the segment `.`"),
        ("x:{/v*}", "x:/a%2Fb", "rejected: the value of `v` must not contain `/`"),
        (query, "x:?v=..", "rejected: the value of `v` must not contain the segment `..`"),
        (query, "x:?v=a/b", "rejected: the value of `v` must not contain `/`"),
        (query, "x:?v=a%2Fb", "rejected: the value of `v` must not contain `/`"),
        ("x:{#v}", "x:#%2e%2e", "rejected: the value of `v` must not contain the segment `..`"),
    ] {
        assert_eq!(matched(source, uri), expected, "{source} with {uri}");
    }
    let long = format!("x:{}", "a".repeat(8191));
    assert_eq!(matched(plain, &long), "rejected: the URI must be at most 8192 bytes long");
    assert_eq!(matched(plain, &long[..8192]).len(), 2 + 8190);
}

#[test]
fn the_more_specific_template_sorts_first() {
    let mut templates =
        ["file:///{+path}", "file:///{name}", "file:///a/{b}/{c}", "file:///a/{+b}", "file:///a/b"]
            .map(template);
    templates.sort_by(UriTemplate::cmp_specificity);
    let order = templates.map(|template| template.to_string());
    assert_eq!(
        order,
        ["file:///a/b", "file:///a/{b}/{c}", "file:///a/{+b}", "file:///{name}", "file:///{+path}"]
    );
}

#[test]
fn variables_keep_their_order() {
    let template = template("x/{a}{/b,c*}{?d,e}{&f}{#g}");
    assert_eq!(template.variables().collect::<Vec<_>>(), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(template.as_str(), "x/{a}{/b,c*}{?d,e}{&f}{#g}");
}

/// Templates in which no allowed value can be confused with the text around it.
const TEMPLATES: [&str; 12] = [
    "x:{a}",
    "x:{a}/{b}",
    "x:{a}/y/{b}",
    "x{/a,b}",
    "x{/a*}",
    "x:{+a}",
    "x:{+a}{?b}",
    "x{?a,b}",
    "x/{a}{?b}",
    "x?k=v{&a,b}",
    "x/{a}{#b}",
    "{a}/{b}",
];

/// Arbitrary values, with many unsafe ones.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(vec!["a", "b c", "..", ".", "/", "%", "%2e", "%2F", "?", "#", "&", "=", "+", "ä", "😀", ",", "\\", "\0", "~", "{", "}"])
            .prop_map(str::to_owned),
        2 => ".{0,4}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Returns `true` if the value is allowed for the variable. An implementation independent of the matcher.
fn is_allowed(source: &str, name: &str, value: &str) -> bool {
    let has_no_traversal = !value.contains(['\\', '\0']) && value.split('/').all(|segment| segment != "..");
    let is_optional =
        ["?a", "?b", ",b}", "&a", "#b"].iter().any(|mark| source.contains(mark) && mark.contains(name));
    if source.contains(&format!("{{+{name}")) {
        // Existing triplets stay encoded on expansion, so matching decodes them.
        let is_plain = !value.contains('%') && (!source.contains('?') || !value.contains(['?', '#']));
        return has_no_traversal && is_plain && !value.is_empty();
    }
    let is_fragment = source.contains(&format!("{{#{name}"));
    let is_list = source.contains(&format!("{name}*"));
    has_no_traversal
        && (is_list || !value.contains('/'))
        && value.split('/').all(|segment| segment != ".")
        && (!value.is_empty() || is_optional && !source.starts_with("x{/"))
        && !(is_fragment && value.contains('%'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expanded_templates_match(source in select(TEMPLATES.to_vec()), a in text(), b in text()) {
        let template = template(source);
        let values: Vec<(&str, &str)> =
            [("a", a.as_str()), ("b", b.as_str())].into_iter().filter(|(name, _)| template.variables().any(|other| other == *name)).collect();
        let uri = template.expand(&values);
        prop_assert!(uri.is_ascii());
        if uri.len() <= 8192 && values.iter().all(|(name, value)| is_allowed(source, name, value)) {
            let Match::Matched(found) = template.matches(&uri) else {
                return Err(TestCaseError::fail(format!("{uri}: {:?}", template.matches(&uri))));
            };
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), values);
        }
    }

    #[test]
    fn matched_values_are_safe(source in select(TEMPLATES.to_vec()), rest in text(), random in ".{0,20}") {
        let template = template(source);
        for uri in [format!("x:{rest}"), format!("x/{rest}"), format!("x?k=v&a={rest}"), random] {
            let Match::Matched(values) = template.matches(&uri) else { continue };
            for (name, value) in values.iter() {
                prop_assert!(!value.contains(['\\', '\0']) && value.split('/').all(|segment| segment != ".."));
                let captures_slashes = source.contains(&format!("{{+{name}")) || source.contains(&format!("{name}*"));
                prop_assert!(captures_slashes || !value.contains('/'));
            }
        }
    }

    #[test]
    fn arbitrary_text_does_not_panic(source in "[{}a,+/?&#*.%ä]{0,12}", uri in "[a,/?&#=.%ä]{0,12}") {
        if let Ok(template) = UriTemplate::parse(&source) {
            let _ = template.matches(&uri);
            let _ = template.matches(&template.expand(&[("a", &uri)]));
        }
    }
}
