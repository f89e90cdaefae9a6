//! Rust sources as tokens: enough of the language to find names, paths and texts.

/// The kind of a token. Numbers, characters, lifetimes and comments are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// An identifier or a keyword.
    Word,
    /// The content of a string literal, with its escapes.
    Text,
    /// One sign of punctuation.
    Sign,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

impl Token<'_> {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }
}

/// The tokens of a source without the items that only tests have.
pub(crate) fn library_tokens(source: &str) -> Vec<Token<'_>> {
    let (all, mut kept) = (tokens(source), Vec::new());
    let mut next = 0;
    while next < all.len() {
        if is_for_tests(&all[next..]) {
            next = item_end(&all, next);
        } else {
            kept.push(all[next]);
            next += 1;
        }
    }
    kept
}

/// Returns `true` for `#[cfg(test)]`, `#[cfg(doctest)]` and `#[cfg(all(test, …))]`.
fn is_for_tests(tokens: &[Token<'_>]) -> bool {
    let mut texts = tokens.iter().map(|token| token.text);
    if !["#", "[", "cfg", "("].iter().all(|expected| texts.next() == Some(expected)) {
        return false;
    }
    match texts.next() {
        Some("test" | "doctest") => true,
        Some("all") => texts.nth(1) == Some("test"),
        _ => false,
    }
}

/// The index after an item that begins with attributes.
fn item_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut next = start;
    while tokens.get(next).is_some_and(|token| token.is_sign("#")) {
        next = group_end(tokens, next + 1);
    }
    while let Some(token) = tokens.get(next) {
        let is_block = token.is_sign("{");
        next = group_end(tokens, next);
        if is_block || token.is_sign(";") {
            break;
        }
    }
    next
}

/// The index after the group that opens here, or after the token if none does.
pub(crate) fn group_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        if token.kind == Kind::Sign && "([{".contains(token.text) {
            depth += 1;
        } else if token.kind == Kind::Sign && ")]}".contains(token.text) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// All tokens of a source.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let (mut rest, mut line, mut found) = (source, 1, Vec::new());
    while let Some(first) = rest.chars().next() {
        let (length, token) = if let Some(length) = comment(rest) {
            (length, None)
        } else if let Some((length, text)) = string(rest) {
            (length, Some((Kind::Text, text)))
        } else if let Some(length) = character_or_lifetime(rest) {
            (length, None)
        } else if is_word_start(first) {
            let length = word(rest);
            (length, Some((Kind::Word, &rest[..length])))
        } else if first.is_ascii_digit() {
            (word(rest), None)
        } else {
            let length = first.len_utf8();
            (length, Some((Kind::Sign, &rest[..length])).filter(|_| !first.is_whitespace()))
        };
        found.extend(token.map(|(kind, text)| Token { kind, text, line }));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

fn is_word_start(sign: char) -> bool {
    sign.is_alphabetic() || sign == '_'
}

fn is_word_part(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// The length of a word, with the `r#` that makes a keyword an identifier.
fn word(rest: &str) -> usize {
    let prefix = match rest.strip_prefix("r#") {
        Some(raw) if raw.starts_with(is_word_start) => 2,
        _ => 0,
    };
    rest[prefix..].find(|sign| !is_word_part(sign)).map_or(rest.len(), |length| prefix + length)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut end) = (0, 0);
    while end < rest.len() {
        let step = match rest.as_bytes()[end..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        end += step;
        if depth == 0 {
            break;
        }
    }
    Some(end)
}

/// The length of a string literal, and its content.
fn string(rest: &str) -> Option<(usize, &str)> {
    let unprefixed = ["br", "cr", "r"].iter().find_map(|prefix| rest.strip_prefix(prefix));
    let raw = unprefixed.and_then(|raw| {
        let signs = raw.bytes().take_while(|byte| *byte == b'#').count();
        raw[signs..].strip_prefix('"').map(|text| (signs, text))
    });
    if let Some((signs, text)) = raw {
        let quote = format!("\"{}", "#".repeat(signs));
        let end = text.find(&quote)?;
        return Some((rest.len() - text.len() + end + quote.len(), &text[..end]));
    }
    let text = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('"')?;
    let mut is_escaped = false;
    let end = text.find(|sign| {
        let is_end = sign == '"' && !is_escaped;
        is_escaped = sign == '\\' && !is_escaped;
        is_end
    })?;
    Some((rest.len() - text.len() + end + 1, &text[..end]))
}

/// The length of `'a'`, `b'a'`, `'\n'` or `'lifetime`.
fn character_or_lifetime(rest: &str) -> Option<usize> {
    let text = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('\'')?;
    let start = rest.len() - text.len();
    let mut signs = text.char_indices();
    let (_, first) = signs.next()?;
    if first == '\\' {
        let escaped = signs.next()?.1.len_utf8() + 1;
        return Some(start + escaped + text[escaped..].find('\'')? + 1);
    }
    match signs.next() {
        Some((end, '\'')) => Some(start + end + 1),
        _ => Some(start + word(text)),
    }
}

#[test]
fn sources_are_split_into_words_texts_and_signs() {
    let texts = |source| tokens(source).into_iter().map(|token| token.text).collect::<Vec<_>>();
    assert_eq!(texts("a::b // c\n/* d /* e */ f */ g"), ["a", ":", ":", "b", "g"]);
    assert_eq!(texts(r##"x("a \" b", r#"c "d" "#, b"e", 'f', '\'', b'g', 'h)"##).len(), 12);
    assert_eq!(texts(r##"(r#"c "d" "#)"##)[1], r#"c "d" "#);
    assert_eq!(texts("r#type 1..=10 'static"), ["r#type", ".", ".", "="]);
    assert_eq!(tokens("a\n\"b\nc\" d").iter().map(|token| token.line).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn items_of_tests_are_left_out() {
    let source =
        "a #[cfg(test)] #[allow(b)] mod c { d { e } } f #[cfg(all(test, g))] use h; i #[cfg(unix)] j";
    let kept: Vec<_> = library_tokens(source).iter().map(|token| token.text).collect();
    assert_eq!(kept.join(" "), "a f i # [ cfg ( unix ) ] j");
}
