//! The program cut off in the middle of its work: by who reads its answers, by Ctrl-C, by a kill. What was done stays, and the same
//! command goes on to the same end.

use std::process::{Command, Stdio};
use tempfile::TempDir;

use crate::walks::walks;

#[test]
fn who_stops_reading_does_not_stop_the_work() {
    let root = TempDir::new().expect("a folder");
    walks(root.path(), [4, 1, 1]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .args(["dataset", "stats"])
        .arg(root.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
    assert!(root.path().join("thumbnails.png").is_file(), "{said}");
}

/// A disk that is always full.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let root = TempDir::new().expect("a folder");
    walks(root.path(), [4, 1, 1]);
    let full = std::fs::File::create("/dev/full").expect("a full disk");
    let output = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .args(["dataset", "stats"])
        .arg(root.path())
        .stdout(full)
        .output()
        .expect("the program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.lines().last().is_some_and(|line| line.starts_with("error: cannot print the results")), "{said}");
}

#[cfg(unix)]
mod signals {
    use crate::walks::walks;
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::ExitStatusExt;
    use std::path::Path;
    use std::process::{Child, Command, ExitStatus, Stdio};
    use tempfile::TempDir;

    /// How often a program may be done before it is hit, on a busy machine.
    const ATTEMPTS: usize = 5;

    struct Running {
        child: Child,
        said: BufReader<std::process::ChildStderr>,
    }

    impl Running {
        fn start(arguments: &[&str]) -> Self {
            let mut child = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program");
            let said = BufReader::new(child.stderr.take().expect("piped"));
            Self { child, said }
        }

        /// The next line that begins so; none if the program ends first.
        fn line(&mut self, begin: &str) -> Option<String> {
            let mut lines = self.said.by_ref().lines().map(|line| line.expect("UTF-8"));
            lines.find(|line| line.starts_with(begin))
        }

        fn signal(&self, name: &str) {
            let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill");
            // It may be over already, which its status tells.
            let _ = sent;
        }

        /// How it ended, and what else it said.
        fn end(mut self) -> (ExitStatus, String) {
            let mut rest = String::new();
            self.said.read_to_string(&mut rest).expect("UTF-8");
            (self.child.wait().expect("an end"), rest)
        }
    }

    fn succeeds(arguments: &[&str]) {
        let (status, said) = Running::start(arguments).end();
        assert!(status.success(), "{arguments:?}: {said}");
    }

    /// Interrupts a training, then kills it, then lets it end, and compares the file that it makes with that of a run in one go.
    fn is_taken_up(kind: &str, options: &[&str], made: &str) {
        let root = TempDir::new().expect("a folder");
        let data = root.path().join("data");
        walks(&data, [6, 2, 0]);
        let command = |out: &Path| -> Vec<String> {
            let paths = [&data, out].map(|path| path.to_str().expect("a plain path"));
            let words = ["train", kind, paths[0], "-o", paths[1], "--report-every", "1"];
            words.iter().chain(options).map(|word| (*word).to_owned()).collect()
        };
        let (whole, broken) = (command(&root.path().join("whole")), command(&root.path().join("broken")));
        let [whole, broken] = [&whole, &broken].map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
        succeeds(&whole);

        let was_interrupted = || {
            let _ = std::fs::remove_dir_all(root.path().join("broken"));
            let mut run = Running::start(&broken);
            run.line("update 3:").expect("it trains");
            run.signal("-INT");
            let (status, said) = run.end();
            let last = said.lines().last().unwrap_or_default().to_owned();
            (status.code() == Some(130)).then(|| assert_eq!(last, "error: interrupted; the same command goes on from here"))
        };
        assert!((0..ATTEMPTS).any(|_| was_interrupted().is_some()), "it was always too fast to be interrupted");

        // A second run goes on there, and is killed a few updates later.
        let mut run = Running::start(&broken);
        let begun = run.line("goes on at update").expect("what was saved is taken up");
        run.line("update").and_then(|_| run.line("update")).expect("it trains on");
        run.signal("-KILL");
        let (status, _) = run.end();
        assert!(status.signal() == Some(9) || status.success(), "{status}");

        let mut run = Running::start(&broken);
        let again = run.line("goes on at update").expect("what was saved is still there");
        assert!(status.success() || again == begun, "{begun}, then {again}");
        let (status, said) = run.end();
        assert!(status.success(), "{said}");
        let file = |out: &str| std::fs::read(root.path().join(out).join(made)).expect("what it makes");
        assert!(file("whole") == file("broken"), "{made} differs");
    }

    #[test]
    fn a_tokenizers_training_goes_on_after_ctrl_c_and_after_a_kill() {
        let options = ["--width", "16", "--levels", "5,5", "--frames", "16", "--batch", "2", "--steps", "60"];
        is_taken_up("tokenizer", &options, "tokenizer.safetensors");
    }

    #[test]
    fn a_generators_training_goes_on_after_ctrl_c_and_after_a_kill() {
        let options = ["--layers", "1", "--heads", "2", "--width", "16", "--batch", "2", "--steps", "60"];
        is_taken_up("generator", &options, "transformer.safetensors");
    }

    #[test]
    fn an_evaluators_training_goes_on_after_ctrl_c_and_after_a_kill() {
        is_taken_up("evaluator", &["--batch", "2", "--steps", "40"], "evaluator.safetensors");
    }

    #[test]
    fn an_evaluation_goes_on_after_a_kill_and_finds_the_same() {
        let root = TempDir::new().expect("a folder");
        let data = root.path().join("data");
        walks(&data, [4, 2, 2]);
        let command = |out: &Path| {
            let paths = [&data, out].map(|path| path.to_str().expect("a plain path").to_owned());
            let [data, out] = paths;
            let words = format!("eval starter {data} -o {out} --evaluator-steps 2 --repeats 2 --greedy --threads 1");
            words.split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let (broken, whole) = (root.path().join("broken"), root.path().join("whole"));
        let [first, second] = [&broken, &whole].map(|out| command(out));
        let [first, second] = [&first, &second].map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
        let clips = || std::fs::read_dir(broken.join("clips")).map_or(0, |files| files.flatten().count());

        let mut run = Running::start(&first);
        while clips() < 4 {
            assert!(run.child.try_wait().expect("a child").is_none(), "it ended before it was killed");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        run.signal("-KILL");
        assert_eq!(run.end().0.signal(), Some(9));
        let kept = clips();
        succeeds(&first);
        assert!(clips() > kept, "{kept} of {} clips were there", clips());
        succeeds(&second);
        let table = |folder: &Path| std::fs::read_to_string(folder.join("starter.json")).expect("a table");
        assert_eq!(table(&broken), table(&whole));
    }
}
