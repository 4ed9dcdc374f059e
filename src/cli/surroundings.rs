//! What of the process's surroundings leads the libraries under the window astray, and is set right before they look.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A variable of the environment and what it is to be; nothing takes it away.
pub type Change = (&'static str, Option<&'static str>);

/// What to change, where `variable` knows the environment.
#[must_use]
pub fn changes(variable: impl Fn(&str) -> Option<OsString>) -> Vec<Change> {
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut changes = Vec::new();
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return changes;
    }
    // Mesa's layer that orders graphics devices asks Wayland, and libwayland prints "error: XDG_RUNTIME_DIR is invalid" where there is
    // none. Without the layer devices keep their driver's order.
    if given("XDG_RUNTIME_DIR").is_none() && variable("NODEVICE_SELECT").is_none() {
        changes.push(("NODEVICE_SELECT", Some("1")));
    }
    // winit takes Wayland where it is named, and gives up where nobody answers there; X11 may be as good as ever.
    if let Some(name) = given("WAYLAND_DISPLAY")
        && given("DISPLAY").is_some()
        && given("WAYLAND_SOCKET").is_none()
        && !answers(&socket(given("XDG_RUNTIME_DIR"), &name))
    {
        changes.push(("WAYLAND_DISPLAY", None));
    }
    changes
}

/// Where a Wayland display listens: as libwayland finds it.
fn socket(runtime: Option<OsString>, name: &OsString) -> PathBuf {
    Path::new(&runtime.unwrap_or_default()).join(name)
}

#[cfg(unix)]
fn answers(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

#[cfg(not(unix))]
fn answers(_: &Path) -> bool {
    true
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    fn changed(environment: &[(&str, &str)]) -> Vec<Change> {
        changes(|name| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn a_wayland_display_that_leads_nowhere_gives_way_to_a_good_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = folder.path().to_string_lossy().into_owned();
        let gone = ("WAYLAND_DISPLAY", None);
        let around = [("XDG_RUNTIME_DIR", runtime.as_str()), ("WAYLAND_DISPLAY", "wayland-0"), ("DISPLAY", ":0")];
        assert_eq!(changed(&around), [gone]);
        assert_eq!(changed(&around[..2]), [], "where there is no other, its absence is told");
        let whole = format!("{runtime}/wayland-0");
        assert_eq!(changed(&[around[0], ("WAYLAND_DISPLAY", &whole), around[2]]), [gone]);
        let _listener = std::os::unix::net::UnixListener::bind(&whole).expect("a socket");
        assert_eq!(changed(&around), []);
        assert_eq!(changed(&[around[0], ("WAYLAND_DISPLAY", &whole), around[2]]), []);
    }

    #[test]
    fn without_a_runtime_folder_nobody_asks_wayland_which_device_to_take() {
        assert_eq!(changed(&[("DISPLAY", ":0")]), [("NODEVICE_SELECT", Some("1"))]);
        assert_eq!(changed(&[("XDG_RUNTIME_DIR", "")]), [("NODEVICE_SELECT", Some("1"))]);
        assert_eq!(changed(&[("NODEVICE_SELECT", "0")]), [], "the user has a say");
        assert_eq!(changed(&[("XDG_RUNTIME_DIR", "/run/user/1000")]), []);
    }
}
