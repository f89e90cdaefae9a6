//! Names: a type name stands once in a crate, and retired names stay retired.

use std::collections::BTreeMap;

use crate::modules::tree::Tree;
use crate::sources::{CRATES, File, Problems, crate_sources, library_sources};
use crate::tokens::{Kind, Token, library_tokens};

/// Retired identifiers, and the names that replaced them.
const RETIRED: [(&str, &str); 99] = [
    // Connections.
    ("Beside", "TransportMetadata"),
    ("Alone", "()"),
    ("receive_beside", "receive_with"),
    ("Settled", "Routed"),
    ("settle", "route"),
    ("Tell", "SendFor"),
    ("has_wishes", "has_session_state"),
    ("needs_time", "should_start_timer"),
    ("called_by", "set_caller"),
    ("said_before", "cached"),
    ("Few", "SmallVec"),
    ("Refusal", "Rejection"),
    ("Refused", "Rejected"),
    // Revisions.
    ("Said", "ParsedMeta"),
    ("told", "subscription, notified or sent"),
    ("in_words_of", "downgrade_to"),
    ("beyond", "downgrade_to"),
    ("cannot", "unsupported_by_client"),
    // Input that a call requires.
    ("Before", "RoundState"),
    ("Asking", "PendingInput"),
    ("instead_of", "take_input_required"),
    ("Answered", "InputResponse"),
    ("Nowhere", "Unsealed or InlineRuntime"),
    ("Unanswered", "InputError"),
    ("spend", "consume"),
    ("questions", "input_requests or input_timeouts"),
    // Tasks.
    ("beside", "runner"),
    ("kept", "registry or retained"),
    ("Begun", "Started"),
    ("Running", "TaskHandle"),
    ("Parked", "Suspended"),
    ("Age", "TaskVersion"),
    ("BEAT", "HEARTBEAT"),
    ("SEEN", "MIN_RESULT_TTL"),
    ("admit", "reserve"),
    ("give_back", "release"),
    ("enlist", "register"),
    ("Becoming", "TaskDecision"),
    ("tell_of_task", "notify_task"),
    ("Tasks", "TaskConfig"),
    // Subscriptions.
    ("News", "PendingChanges"),
    ("news", "take_dirty"),
    ("Teller", "SubscriptionSender"),
    ("Listeners", "ReplicaHandle"),
    // Handlers.
    ("Handling", "HandlerCore"),
    ("Declared", "ParameterSpec"),
    ("Given", "ArgumentText"),
    ("Taken", "Extracted"),
    ("lacks", "missing_extension"),
    ("Work", "Execution"),
    ("Completing", "CompletionRequest"),
    ("additive", "destructive(false)"),
    // Catalogs.
    ("Catalogue", "Catalog"),
    ("Offered", "StaticItems"),
    ("Listed", "ListEntry"),
    ("Source", "Provider"),
    ("Written", "RenderedList"),
    ("Pages", "ListCache"),
    ("Offer", "ServerState"),
    ("Mirrored", "HeaderParam"),
    // The runtime.
    ("Host", "Runtime"),
    ("run_beside", "spawn"),
    ("run_blocking", "spawn_blocking"),
    ("Tokio", "TokioRuntime"),
    ("Pace", "LatencyStats"),
    ("Outbox", "NotificationSender"),
    ("let_go", "close_stream"),
    ("Word", "Feature"),
    // Transports.
    ("Pipe", "LineSession"),
    ("Turn", "ReaderLease"),
    ("lend", "run_on"),
    ("Gate", "CallGate"),
    ("Way", "CallGate"),
    ("Live", "ActiveSession"),
    ("Known", "SessionToken"),
    ("Entered", "SessionGuard"),
    ("Standing", "StandaloneStream"),
    ("comes_back", "resumable"),
    ("one_more", "expect_answer"),
    ("one_less", "answer_done"),
    ("First", "FirstReply"),
    ("Heard", "ChangeWaker"),
    ("Counter", "Limiter"),
    ("Counted", "Permit"),
    ("is_said", "is_cancelled"),
    ("Watch", "Monitor"),
    ("Watched", "MonitoredIo"),
    ("Noted", "RequestGuard"),
    ("OnConnection", "ConnContext"),
    ("Site", "Router"),
    ("Place", "ConnState"),
    ("Held", "TrackedBody"),
    // Limits.
    ("head_time", "header_timeout"),
    ("grace", "json_grace"),
    ("notice", "shutdown_delay"),
    // Words of no type.
    ("said", "sent, declared or stated"),
    ("heard", "received or notified"),
    ("whoever", "the client or the caller"),
    ("MOST", "MAX"),
];

/// Identifiers that begin like retired ones and are none.
const ALLOWED: [&str; 1] = ["most_specific_first"];

/// Beginnings of retired identifiers.
const RETIRED_PREFIXES: [(&str, &str); 4] =
    [("most_", "max_"), ("MOST_", "MAX_"), ("longest_", "max_"), ("LONGEST", "MAX_")];

#[test]
fn a_type_name_stands_once_in_a_crate() {
    let mut problems = Problems::default();
    for (folder, _) in CRATES {
        problems.extend(repeated_types(&crate_sources(folder)));
    }
    problems.report();
}

#[test]
fn retired_names_are_not_used() {
    let mut problems = Problems::default();
    for file in library_sources() {
        problems.extend(retired_names(&file));
    }
    problems.report();
}

/// Two types of one module are alternatives, of which the platform or a feature chooses one, and so are two that one
/// module imports.
fn repeated_types(sources: &[File]) -> Vec<String> {
    let tree = Tree::of_library(sources);
    let mut places: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for file in sources {
        let module = tree.module_of(&file.path).map_or_else(|| file.path.clone(), |path| path.join("::"));
        for name in type_names(&library_tokens(&file.text)) {
            let place = format!("{}:{}", file.path, name.line);
            places.entry(name.text).or_default().entry(module.clone()).or_insert(place);
        }
    }
    let repeated = places.iter().filter(|(name, places)| places.len() > 1 && !tree.has_alternatives(name));
    let shown = repeated.map(|(name, places)| {
        let places: Vec<_> = places.values().map(String::as_str).collect();
        format!("{name} is the name of {} types: {}", places.len(), places.join(", "))
    });
    shown.collect()
}

/// The names of structs, enums, unions, traits and aliases. Associated types are left out.
fn type_names<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut found = Vec::new();
    // For each open brace: whether the types in it are associated types.
    let mut open = Vec::new();
    let mut is_block_of_items = false;
    for (index, token) in tokens.iter().enumerate() {
        let starts_item = index.checked_sub(1).is_none_or(|before| {
            let before = tokens[before];
            before.kind == Kind::Sign && ";{}])".contains(before.text)
                || ["pub", "unsafe", "auto"].contains(&before.text)
        });
        match (token.kind, token.text) {
            (Kind::Sign, "{") => open.push(std::mem::take(&mut is_block_of_items)),
            (Kind::Sign, "}") => drop(open.pop()),
            (Kind::Word, "impl" | "trait") if starts_item => is_block_of_items = true,
            _ => {}
        }
        let is_definition = match token.text {
            "struct" | "enum" | "trait" => token.kind == Kind::Word,
            "union" => token.kind == Kind::Word && starts_item,
            "type" => token.kind == Kind::Word && open.last() != Some(&true),
            _ => false,
        };
        let name = tokens.get(index + 1).filter(|name| is_definition && name.kind == Kind::Word);
        found.extend(name.copied());
    }
    found
}

fn retired_names(file: &File) -> Vec<String> {
    let tokens = library_tokens(&file.text);
    let words = tokens.iter().filter(|token| token.kind == Kind::Word && !ALLOWED.contains(&token.text));
    let found = words.filter_map(|word| {
        let instead = replacement(word.text)?;
        let (path, line, word) = (&file.path, word.line, word.text);
        Some(format!("{path}:{line}: `{word}` is a retired name, which became {instead}"))
    });
    found.collect()
}

/// Returns the name that replaced a retired one.
pub(crate) fn replacement(name: &str) -> Option<&'static str> {
    let whole = RETIRED.iter().find(|(retired, _)| *retired == name);
    let found = whole.or_else(|| RETIRED_PREFIXES.iter().find(|(start, _)| name.starts_with(start)))?;
    Some(found.1)
}

#[test]
fn repeated_types_are_found() {
    let root = File::new(
        "src/lib.rs",
        "mod one; #[path = \"other.rs\"] mod two; #[path = \"good.rs\"] mod two; use two::Chosen; use one::Chosen;",
    );
    let one = File::new(
        "src/one.rs",
        "pub struct Twice; pub struct Chosen; impl A for B { type Own = C; } type Own = u8;",
    );
    let other = File::new(
        "src/other.rs",
        "enum Twice<T> { T(T) } pub struct Chosen; trait Once { type Own: D; } fn union() {} #[cfg(test)] mod tests { struct Once; }",
    );
    let good =
        File::new("src/good.rs", "struct A; enum B {} fn f(a: impl C) { let union = 1; } enum Twice {}");
    let found = repeated_types(&[root, one, other, good]);
    assert_eq!(found, ["Twice is the name of 2 types: src/one.rs:1, src/other.rs:1"]);
}

#[test]
fn retired_names_are_found() {
    let bad = File::new("src/bad.rs", "struct Beside;\nfn f() { let most_bytes = said; }");
    let found = retired_names(&bad);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "src/bad.rs:1: `Beside` is a retired name, which became TransportMetadata");
    let good = File::new("src/good.rs", "// Beside\nfn besides() { \"told\"; almost_all() }");
    assert!(retired_names(&good).is_empty());
}
