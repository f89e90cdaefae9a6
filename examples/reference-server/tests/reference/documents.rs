//! Tests of documents: search, reading, comparison, history, completion; and of the catalog's search.

use reference_server::database::{CancellationToken, CatalogSearch, Detail};
use reference_server::documents::{
    CompareRequest, DocumentError, DocumentUri, Documents, Form, Format, Part, ReadRequest, Reading,
    SearchRequest,
};

use crate::support::database;

fn documents() -> Documents {
    Documents::new(database())
}

fn uri(text: &str) -> DocumentUri {
    text.parse().unwrap()
}

async fn read(documents: &Documents, request: ReadRequest) -> Reading {
    documents.read(request, CancellationToken::new()).await.unwrap()
}

async fn search(documents: &Documents, request: SearchRequest) -> reference_server::documents::Hits {
    documents.search(request, CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn search_finds_sections() {
    let documents = documents();
    let found = search(&documents, SearchRequest::new("return window for gold customers")).await;
    let first = &found.hits[0];
    assert_eq!(first.uri, "doc://policies/returns.md?version=6");
    assert_eq!(first.section, "return-window");
    assert_eq!(first.heading_path, ["Returns and refunds", "Return window"]);
    assert!(first.snippet.contains('«') && first.snippet.contains('»'), "{}", first.snippet);
    assert!(found.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let read = read(
        &documents,
        ReadRequest { part: Part::Section(first.section.clone()), ..ReadRequest::new(uri(&first.uri)) },
    )
    .await;
    assert!(read.text.starts_with("## Return window") && read.text.contains("60 days"), "{}", read.text);
}

#[tokio::test]
async fn any_text_is_a_valid_search() {
    let documents = documents();
    for text in [
        "",
        " ",
        "\"",
        "don't",
        "multi-agent",
        "38.101",
        "NEAR(",
        "a AND",
        "col:x",
        "*",
        "-",
        "\0",
        "é\u{301}",
        "(\"",
        "😀",
    ] {
        search(&documents, SearchRequest::new(text)).await;
    }
    assert!(search(&documents, SearchRequest::new("!?")).await.notices[0].contains("no word"));
    let any = search(&documents, SearchRequest::new("refund xylophone")).await;
    assert!(!any.hits.is_empty() && any.notices[0].contains("some of them"));
    assert!(search(&documents, SearchRequest::new("xylophone")).await.hits.is_empty());
    let phrase = search(&documents, SearchRequest::new("\"where returns go\"")).await;
    assert_eq!(phrase.hits[0].section, "where-returns-go");
}

#[tokio::test]
async fn search_filters() {
    let documents = documents();
    let mut request = SearchRequest::new("supplier");
    request.limit = Some(50);
    request.format = Some(Format::Html);
    request.collection = Some("contracts".to_owned());
    let found = search(&documents, request.clone()).await;
    assert!(!found.hits.is_empty());
    let matches = |uri: &str| uri.starts_with("doc://contracts/") && uri.contains(".html?version=");
    assert!(found.hits.iter().all(|hit| matches(&hit.uri)));
    request.since = Some("2023-12-01".to_owned());
    let later = search(&documents, request.clone()).await;
    assert!(
        later.hits.len() < found.hits.len()
            && later.hits.iter().all(|hit| hit.updated_at.as_str() >= "2023-12-01")
    );
    request.since = Some("yesterday".to_owned());
    let wrong = documents.search(request.clone(), CancellationToken::new()).await;
    assert!(matches!(wrong, Err(DocumentError::Request(_))));
    (request.since, request.collection) = (None, Some("contract".to_owned()));
    let nothing = search(&documents, request).await;
    assert!(nothing.hits.is_empty() && nothing.notices[0].contains("contracts"), "{:?}", nothing.notices);
}

#[tokio::test]
async fn search_pages() {
    let documents = documents();
    let page = async |limit, skip| {
        let mut request = SearchRequest::new("the order");
        (request.limit, request.skip) = (Some(limit), skip);
        search(&documents, request).await
    };
    let whole = page(50, 0).await;
    let mut pages = Vec::new();
    for skip in (0..50).step_by(10) {
        pages.extend(page(10, skip).await.hits);
    }
    assert_eq!(pages, whole.hits);
    let mut last = 0;
    while page(50, last).await.more {
        last += 50;
    }
    let count = last + page(50, last).await.hits.len() as u32;
    assert!(!page(50, count - 50).await.more && page(50, count - 51).await.more);
}

#[tokio::test]
async fn pieces_make_up_the_whole_document() {
    let documents = documents();
    for entry in documents.list(None, CancellationToken::new()).await.unwrap() {
        let mut request = ReadRequest::new(uri(&entry.uri));
        let whole = read(&documents, request.clone()).await;
        assert!(!whole.truncated && whole.rest.is_none());
        request.max_bytes = Some(700);
        let mut pieces = String::new();
        loop {
            let piece = read(&documents, request.clone()).await;
            assert!(piece.text.len() <= 700 && piece.truncated == piece.rest.is_some());
            assert_eq!(piece.first_line, 1 + pieces.matches('\n').count() as u64);
            pieces.push_str(&piece.text);
            match piece.rest {
                Some(rest) => request.part = Part::Characters { from: rest.from, to: Some(rest.to) },
                None => break,
            }
        }
        assert_eq!(pieces, whole.text, "{}", entry.uri);
        let outline = documents.outline(uri(&entry.uri), CancellationToken::new()).await.unwrap();
        assert!(outline.sections.len() >= 2 && outline.sections[0].level == 1, "{}", entry.uri);
        assert_eq!(outline.sections[0].title, entry.title);
        assert_eq!(outline.total_bytes, whole.text.len() as u64);
    }
}

#[tokio::test]
async fn truncated_is_exact_at_the_limit() {
    let documents = documents();
    let request = ReadRequest::new(uri("policies/returns.md?version=2"));
    let size = read(&documents, request.clone()).await.text.len() as u32;
    for (limit, truncated) in [(size - 1, true), (size, false), (size + 1, false)] {
        let found = read(&documents, ReadRequest { max_bytes: Some(limit), ..request.clone() }).await;
        assert_eq!((found.truncated, found.rest.is_some()), (truncated, truncated), "{limit}");
    }
}

#[tokio::test]
async fn read_lines_of_a_version() {
    let documents = documents();
    let part = Part::Lines { from: 1, to: Some(3) };
    let found = read(
        &documents,
        ReadRequest { part, ..ReadRequest::new(uri("doc://policies/returns.md?version=1")) },
    )
    .await;
    assert!(found.text.starts_with("# Returns and refunds\n\nOwner: "), "{}", found.text);
    assert_eq!((found.document.version, found.document.latest_version), (1, 6));
    assert_eq!(found.text.matches('\n').count(), 3);
}

#[tokio::test]
async fn read_html_as_text_and_source() {
    let documents = documents();
    let mut request = ReadRequest::new(uri("handbook/security.html"));
    let text = read(&documents, request.clone()).await.text;
    assert!(text.starts_with("# Security in everyday work\n") && !text.contains("<p>"), "{text}");
    request.form = Form::Source;
    let source = read(&documents, request).await.text;
    assert!(source.starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn errors_have_hints() {
    let documents = documents();
    for (text, part, message) in [
        ("policies/nothing.md", Part::Whole, "Use search_documents"),
        ("policies/returns.md?version=7", Part::Whole, "versions 1 to 6"),
        ("policies/returns.md", Part::Section("x".to_owned()), "return-window"),
        ("policies/returns.md", Part::Lines { from: 999, to: None }, "lines"),
        ("policies/returns.md", Part::Characters { from: 9, to: Some(3) }, "counted from 0"),
    ] {
        let error = documents
            .read(ReadRequest { part, ..ReadRequest::new(uri(text)) }, CancellationToken::new())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[tokio::test]
async fn compare_versions() {
    let documents = documents();
    let history = documents.history(uri("policies/returns.md"), CancellationToken::new()).await.unwrap();
    let numbers: Vec<u32> = history.versions.iter().map(|version| version.version).collect();
    assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
    assert_eq!(history.versions[5].message, "First issue");
    let mut request = CompareRequest::new(uri("policies/returns.md"));
    (request.from, request.to) = (Some(2), Some(3));
    let compared = documents.compare(request.clone(), CancellationToken::new()).await.unwrap();
    assert!(
        compared.diff.starts_with(
            "--- doc://policies/returns.md?version=2\n+++ doc://policies/returns.md?version=3\n@@"
        )
    );
    assert!(compared.diff.contains("-Customers may return goods within 14 days"));
    assert!(compared.diff.contains("+Customers may return goods within 30 days"));
    let lines = |sign: char| compared.diff.lines().filter(|line| line.starts_with(sign)).count() as u64 - 1;
    assert_eq!((compared.added, compared.removed), (lines('+'), lines('-')));
    let size = compared.diff.len() as u32;
    for (limit, truncated) in [(size - 1, true), (size, false)] {
        let cut = documents
            .compare(CompareRequest { max_bytes: Some(limit), ..request.clone() }, CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(cut.truncated, truncated);
        assert!(compared.diff.starts_with(&cut.diff) && cut.diff.ends_with('\n'));
    }
    let last = documents
        .compare(CompareRequest::new(uri("policies/returns.md")), CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((last.from, last.to), (5, 6));
    (request.from, request.to) = (Some(4), Some(4));
    assert_eq!(documents.compare(request.clone(), CancellationToken::new()).await.unwrap().diff, "");
    (request.from, request.to) = (None, Some(1));
    assert!(matches!(
        documents.compare(request, CancellationToken::new()).await,
        Err(DocumentError::Request(_))
    ));
}

#[tokio::test]
async fn every_version_is_an_edit_of_the_previous_one() {
    let documents = documents();
    for entry in documents.list(None, CancellationToken::new()).await.unwrap() {
        for version in 2..=entry.version {
            let mut request = CompareRequest::new(uri(&entry.uri));
            request.to = Some(version);
            let compared = documents.compare(request, CancellationToken::new()).await.unwrap();
            let whole =
                read(&documents, ReadRequest::new(uri(&entry.uri).with_version(version))).await.total_lines;
            assert!(compared.added + compared.removed > 0, "{} {version}", entry.uri);
            assert!(
                compared.added < whole,
                "{} {version} shares no line with the previous version",
                entry.uri
            );
        }
    }
}

#[tokio::test]
async fn completions_start_with_the_prefix() {
    let documents = documents();
    let path = documents.complete_path("policies/r".to_owned(), CancellationToken::new()).await.unwrap();
    assert_eq!(path.values, ["policies/remote-work.md", "policies/returns.md"]);
    let all = documents.complete_path(String::new(), CancellationToken::new()).await.unwrap();
    assert_eq!((all.values.len() as u64, all.has_more), (all.total, false));
    let version = async |path: &str, prefix: &str| {
        documents
            .complete_version(path.to_owned(), prefix.to_owned(), CancellationToken::new())
            .await
            .unwrap()
            .values
    };
    assert_eq!(version("policies/returns.md", "").await, ["6", "5", "4", "3", "2", "1"]);
    assert_eq!(version("policies/returns.md", "4").await, ["4"]);
    assert!(version("policies/nothing.md", "").await.is_empty());
    assert_eq!(database().catalog().complete("ORDER").values, ["orders", "order_items"]);
}

#[tokio::test]
async fn search_catalog() {
    let database = database();
    let catalog = database.catalog();
    let search =
        |text: &str, detail| catalog.search(&CatalogSearch { text: text.to_owned(), detail, limit: Some(3) });
    let found = search("customer orders", Detail::Names);
    assert_eq!(found.tables[0].name, "orders");
    assert!(found.more && found.tables.len() == 3 && found.tables[0].description.is_none());
    let found = search("salary", Detail::Summary);
    assert_eq!(found.tables[0].name, "employees");
    assert_eq!(found.tables[0].matching_columns, ["salary_cents", "iban"]);
    assert!(found.tables[0].columns.contains(&"manager_id integer, null → employees.id".to_owned()));
    let found = search("orders", Detail::Full);
    let table = &found.tables[0];
    assert_eq!((table.name.as_str(), table.rows), ("orders", Some(24_000)));
    assert_eq!(table.primary_key, ["id"]);
    let column = table.columns.iter().find(|column| column.starts_with("customer_id ")).unwrap();
    assert!(column.starts_with("customer_id integer → customers.id: "), "{column}");
    assert!(table.referenced_by.contains(&"payments.order_id".to_owned()));
    assert!(table.indexes.contains(&"orders_by_customer (customer_id, ordered_at)".to_owned()));
    assert!(table.indexes.iter().any(|index| index.starts_with("unique ")), "{:?}", table.indexes);
    assert!(search("xylophone", Detail::Names).notices[0].contains("orders"));
    assert_eq!(search("", Detail::Names).tables[0].name, "categories");
    let text = catalog.markdown();
    assert!(catalog.names().all(|name| text.contains(&format!("## {name}\n"))));
}
