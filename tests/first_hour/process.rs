//! Servers that run as processes, as applications start them.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::servers;

/// The time within which a message must arrive.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The variable with the server that this program serves when it is started once more.
const SERVER: &str = "MCPWRIGHT_FIRST_HOUR_SERVER";

/// The last line that a test prints before it begins.
const HEADING: &str = "running 1 test";

/// A process that serves its standard input and output.
pub(crate) struct Process {
    child: Child,
    /// The end that a client writes to, while it is open.
    pub(crate) input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// The lines of standard error.
    pub(crate) errors: Receiver<String>,
}

/// Serves standard input and output if this program was started for that.
#[test]
fn child_server() {
    let Ok(name) = env::var(SERVER) else { return };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be built");
    let served = runtime.block_on(async { mcpwright::stdio(servers::server(&name)).await });
    std::process::exit(i32::from(served.is_err()));
}

impl Process {
    /// Starts one of the servers of these tests.
    pub(crate) fn server(name: &str) -> Self {
        let mut command = Command::new(env::current_exe().expect("this is a program"));
        command.args(["process::child_server", "--exact", "--nocapture", "--quiet"]).env(SERVER, name);
        let mut process = Self::start(&mut command);
        while process.line() != HEADING {}
        process
    }

    /// Starts an example of the repository.
    pub(crate) fn example(name: &str, arguments: &[&str]) -> Self {
        let mut folder = env::current_exe().expect("this is a program");
        folder.pop();
        folder.pop();
        let path = folder.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
        assert!(path.exists(), "{} must exist: run `cargo build --examples --all-features`", path.display());
        Self::start(Command::new(path).args(arguments))
    }

    fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let input = child.stdin.take();
        let lines = read_lines(child.stdout.take().expect("standard output is piped"));
        let errors = read_lines(child.stderr.take().expect("standard error is piped"));
        Self { child, input, lines, errors }
    }

    /// Returns the next line of standard output.
    pub(crate) fn line(&mut self) -> String {
        self.lines.recv_timeout(TIMEOUT).expect("the process writes a line in time")
    }

    /// Returns the next line of standard error that contains the text.
    pub(crate) fn error_with(&self, text: &str) -> String {
        loop {
            let line = self.errors.recv_timeout(TIMEOUT);
            let line = line.unwrap_or_else(|_| panic!("no line of standard error contains {text}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a message, and returns the next one. Every line of standard output must be a message.
    pub(crate) fn exchange(&mut self, message: &Value) -> Value {
        self.send(message);
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"))
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("the input is open");
        writeln!(input, "{message}").expect("the process reads its input");
    }

    /// Sends a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().expect("`kill` runs").success());
    }

    /// Waits until the process has exited. Panics if it runs for longer than `time`.
    pub(crate) fn wait(&mut self, time: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status;
            }
            assert!(start.elapsed() < time, "the process still runs after {time:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the lines of standard output that were not read, after the process has exited.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        BufReader::new(stream).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
    });
    receiver
}
