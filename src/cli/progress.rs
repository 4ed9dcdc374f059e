//! What the command line says.

/// One line for people, beside the results.
#[expect(clippy::print_stderr, reason = "the command line speaks here and nowhere else")]
pub(super) fn say(line: &str) {
    eprintln!("{line}");
}
