//! Tests that draw or compute on a graphics device fail where there is none, unless `ALLOW_NO_GPU` is set.

/// Fails with the reason; with `ALLOW_NO_GPU` set it says aloud that the test is skipped instead.
#[track_caller]
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("ALLOW_NO_GPU").is_some(),
        "{reason}: install a driver (Debian: mesa-vulkan-drivers, and xvfb for a screen), or set ALLOW_NO_GPU=1 to leave such tests out"
    );
    println!("skipped: {reason}");
}
