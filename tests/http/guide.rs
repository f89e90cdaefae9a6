//! Runs the commands of the guide and compares their output with the guide.

use std::process::Command;

use crate::examples::Example;

const PAGE: &str = include_str!("../../docs/src/http.md");

/// A command of the guide and its expected output.
struct Transcript {
    command: String,
    expected: String,
}

/// Returns the commands of a page that call `curl`. A command starts with `$`, and continues after a backslash or inside of
/// quotes.
fn transcripts(page: &str) -> Vec<Transcript> {
    let blocks = page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut transcripts = Vec::new();
    for block in blocks {
        let mut is_command = false;
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                transcripts.push(Transcript { command: command.to_owned(), expected: String::new() });
                is_command = true;
            } else if let Some(last) = transcripts.last_mut() {
                let part = if is_command { &mut last.command } else { &mut last.expected };
                part.push('\n');
                part.push_str(line);
            }
            let is_quoted =
                transcripts.last().is_some_and(|last| last.command.matches('\'').count() % 2 == 1);
            is_command &= line.ends_with('\\') || is_quoted;
        }
    }
    transcripts.retain(|transcript| transcript.command.contains("curl"));
    transcripts
}

#[test]
fn commands_print_the_output_in_the_guide() {
    if Command::new("curl").arg("--version").output().is_err() {
        crate::skip("curl is missing, so the commands of the guide were not run");
        return;
    }
    let example = Example::start("http");
    let transcripts = transcripts(PAGE);
    assert!(transcripts.len() >= 4, "the page has at least four commands");
    // All commands run in one shell, because later ones use variables of earlier ones.
    let mut script = String::new();
    for transcript in &transcripts {
        let here = format!("127.0.0.1:{}", example.port);
        script.push_str(&transcript.command.replace("127.0.0.1:8080", &here));
        script.push_str("\necho; echo ----\n");
    }
    let run = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    let output = String::from_utf8(run.stdout).expect("the output is UTF-8").replace('\r', "");
    let printed: Vec<_> = output.split("----\n").collect();
    for (transcript, printed) in transcripts.iter().zip(printed) {
        for line in transcript.expected.trim().lines() {
            // `…` matches output that differs from run to run.
            let mut rest = printed;
            for part in line.split('…') {
                let found = rest.find(part).unwrap_or_else(|| {
                    panic!("{}\nprinted\n{printed}\nand not\n{line}", transcript.command);
                });
                rest = &rest[found + part.len()..];
            }
        }
    }
}
