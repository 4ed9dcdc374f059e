//! Which of a file's animations is asked for.

use super::error::Fault;
use super::reading::ClipChoice;

/// The fault of a file without any.
pub(super) fn no_animation() -> Fault {
    Fault::new("no animation of a skeleton", "export it with its animation")
}

/// The place of the animation that is asked for, among the names of all.
pub(super) fn wanted(clip: &ClipChoice, names: &[&str]) -> Result<usize, Fault> {
    if names.is_empty() {
        return Err(no_animation());
    }
    let numbered = |number: usize| number.checked_sub(1).filter(|at| *at < names.len());
    let wanted = match clip {
        ClipChoice::Named(name) => name,
        ClipChoice::Numbered(number) => {
            let cause = || Fault::new(format!("no animation {number} among the {}", names.len()), "choose another");
            return numbered(*number).ok_or_else(cause);
        }
    };
    let named = |fits: &dyn Fn(&str) -> bool| names.iter().position(|name| fits(name));
    // Blender writes `Armature|Walk` for the action that its user calls Walk.
    let action = |name: &str| name.rsplit('|').next().is_some_and(|action| action.eq_ignore_ascii_case(wanted));
    let found = named(&|name| name == wanted)
        .or_else(|| named(&|name| name.eq_ignore_ascii_case(wanted) || action(name)))
        .or_else(|| numbered(wanted.parse().ok()?));
    found.ok_or_else(|| {
        let all: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let cause = format!("no animation {} among the {} ({})", quoted(wanted), names.len(), all.join(", "));
        Fault::new(cause, "choose one of them by name or number with --clip")
    })
}

/// A name as messages show it.
pub(super) fn quoted(name: &str) -> String {
    let shown: String = name.chars().take(60).collect();
    format!("\"{shown}\"")
}
