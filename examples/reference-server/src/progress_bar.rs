//! A progress bar on the terminal.

use std::io::{IsTerminal, Write, stderr};

/// Returns a callback that draws a progress bar with this label on standard error. If standard error is not a terminal,
/// prints the label once, at the start.
pub fn progress_bar(label: &'static str) -> impl FnMut(u64, u64) {
    const WIDTH: u64 = 32;
    let is_terminal = stderr().is_terminal();
    move |done, total| {
        let filled = (done * WIDTH / total.max(1)).min(WIDTH) as usize;
        let mut out = stderr().lock();
        // Errors of drawing are ignored: they do not affect the work.
        let _ = match (is_terminal, done) {
            (true, _) => {
                let rest = WIDTH as usize - filled;
                let end = if done >= total { "\n" } else { "" };
                write!(
                    out,
                    "\r{label} [{}{}] {:3} %{end}",
                    "#".repeat(filled),
                    ".".repeat(rest),
                    done * 100 / total.max(1)
                )
            }
            (false, 0) => writeln!(out, "{label} …"),
            (false, _) => Ok(()),
        };
        let _ = out.flush();
    }
}
