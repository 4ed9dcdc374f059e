//! Opening the graphics card, so that a machine without one gets a sentence instead of a panic.

use crate::view::Quality;
use bevy::render::RenderPlugin;
use bevy::render::renderer::initialize_renderer;
use bevy::render::settings::{Backends, RenderCreation, RenderResources, WgpuSettings};
use bevy::tasks::block_on;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::PathBuf;
use std::sync::Mutex;

/// What can go wrong on the stage.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No Vulkan, Metal or Direct3D 12 device.
    #[error("no graphics device was found; install a Vulkan driver (a software one is Mesa's lavapipe)")]
    NoAdapter,
    /// The renderer gave no picture back.
    #[error("the renderer did not deliver a picture; update the graphics driver")]
    NoPicture,
    /// Nothing is installed that makes videos of this kind.
    #[error("no ffmpeg was found to make {0}; install it (https://ffmpeg.org), or choose an .mp4, which is made without")]
    NoEncoder(PathBuf),
    /// Somebody wants no more pictures.
    #[error("the pictures were cancelled")]
    Cancelled,
    /// A picture could not be written.
    #[error("could not write the picture ({1}): {0}; check that the folder exists and can be written to")]
    Write(PathBuf, String),
}

/// An open graphics device for one bevy app.
pub struct Graphics {
    resources: RenderResources,
    /// Its name, as its driver says.
    pub name: String,
    /// Whether the processor does its work.
    pub is_software: bool,
    /// The driver's version, where it is known to leak under a window.
    pub leaking: Option<String>,
}

/// The newest Mesa whose software driver is known to leak: 22.3, of Debian 12, loses 6 to 12 MB a second under a window; 25.0 nothing.
const LEAKING_MESA: u32 = 22;

/// The version of a software driver that leaks, from what the driver says of itself.
fn leaking(is_software: bool, driver_info: &str) -> Option<String> {
    let version = driver_info.strip_prefix("Mesa ")?.split_whitespace().next()?;
    let major: u32 = version.split('.').next()?.parse().ok()?;
    (is_software && major <= LEAKING_MESA).then(|| format!("Mesa {version}"))
}

impl Graphics {
    /// Opens the best Vulkan, Metal or Direct3D 12 device, a software one where there is no other. Bevy panics without a device,
    /// so it is opened here first.
    ///
    /// # Errors
    /// [`StageError::NoAdapter`] where there is none.
    pub fn open() -> Result<Self, StageError> {
        let settings = WgpuSettings::default();
        let backends = Backends::from_env().unwrap_or(Backends::PRIMARY);
        let resources = quietly(|| block_on(initialize_renderer(backends, None, &settings))).map_err(|_| StageError::NoAdapter)?;
        // wgpu's DeviceType is not re-exported by bevy; its debug form is its name.
        let software = format!("{:?}", resources.2.device_type) == "Cpu";
        let name = resources.2.name.clone();
        let leaking = leaking(software, &resources.2.driver_info);
        Ok(Self { name, is_software: software, leaking, resources })
    }

    /// What it can be asked to do when it has to keep up.
    #[must_use]
    pub fn quality(&self) -> Quality {
        if self.is_software { Quality::MEDIUM } else { Quality::HIGH }
    }

    /// The render plugin that uses this device.
    #[must_use]
    pub fn render_plugin(&self) -> RenderPlugin {
        RenderPlugin {
            render_creation: RenderCreation::Manual(self.resources.clone()),
            // Pictures must not wait for shaders, and the window must not show a stage without a floor.
            synchronous_pipeline_compilation: true,
            ..Default::default()
        }
    }
}

/// Runs something of an outside crate that panics where it should return an error, without its message on the terminal.
///
/// # Errors
/// The panic's message.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    set_hook(hook);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_software_drivers_leak() {
        assert_eq!(leaking(true, "Mesa 22.3.6 (LLVM 15.0.6)"), Some("Mesa 22.3.6".to_owned()));
        assert_eq!(leaking(true, "Mesa 25.0.7-2 (LLVM 19.1.7)"), None);
        assert_eq!(leaking(false, "Mesa 22.3.6"), None, "a card's driver is another one");
        assert_eq!((leaking(true, ""), leaking(true, "Mesa git"), leaking(true, "535.54")), (None, None, None));
    }
}
