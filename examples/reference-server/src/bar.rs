//! A bar on the terminal while the data is made.

use std::io::{IsTerminal, Write, stderr};

/// Draws how much of the work is done. Where stderr is no terminal it says only that the work begins.
pub fn bar(what: &'static str) -> impl FnMut(u64, u64) {
    const WIDTH: u64 = 32;
    let terminal = stderr().is_terminal();
    move |done, total| {
        let filled = (done * WIDTH / total.max(1)).min(WIDTH) as usize;
        let mut out = stderr().lock();
        // Nobody is helped by a failure to draw.
        let _ = match (terminal, done) {
            (true, _) => {
                let rest = WIDTH as usize - filled;
                let end = if done >= total { "\n" } else { "" };
                write!(
                    out,
                    "\r{what} [{}{}] {:3} %{end}",
                    "#".repeat(filled),
                    ".".repeat(rest),
                    done * 100 / total.max(1)
                )
            }
            (false, 0) => writeln!(out, "{what} …"),
            (false, _) => Ok(()),
        };
        let _ = out.flush();
    }
}
