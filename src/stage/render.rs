//! Pictures without a window.

use super::{CameraRig, Graphics, OnStage, Picture, StageError, StagePlugin, StageQuality};
use crate::motion::Motion;
use crate::view::{Figure, Quality, Shown, ViewAngle};
use bevy::app::{PluginsState, TerminalCtrlCHandlerPlugin};
use bevy::camera::RenderTarget;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{TextureFormat, TextureUsages};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use std::collections::BTreeMap;
use std::iter::Peekable;

/// Updates before the first picture, so that meshes and textures are on the device.
const WARM_UP_UPDATES: usize = 3;
/// Updates after which a picture that has not come will not come.
const PATIENCE_UPDATES: usize = 240;
/// Pictures that are drawn before the first of them has come back.
const MOST_ASKED: usize = 8;

/// What pictures show and how large they are.
#[derive(Clone, Debug)]
pub struct PictureOptions {
    /// One picture for each of these times, seconds.
    pub times_secs: Vec<f32>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// From where.
    pub angle: ViewAngle,
    /// What stands on the stage.
    pub figure: Figure,
}

impl Default for PictureOptions {
    fn default() -> Self {
        Self { times_secs: vec![0.0], size: (1280, 720), angle: ViewAngle::ThreeQuarter, figure: Figure::Mannequin }
    }
}

/// Pictures that have come back, by their place in the order.
#[derive(Resource, Default)]
struct Album(BTreeMap<usize, Option<Picture>>);

/// Which picture a screenshot is.
#[derive(Component)]
struct Page(usize);

/// Draws a motion at the times of `options`, in order, without a window. Blocks until all pictures are there.
///
/// # Errors
/// [`StageError::NoAdapter`] without a graphics device, [`StageError::NoPicture`] when the device does not deliver.
pub fn render_pictures(motion: &Motion, options: &PictureOptions) -> Result<Vec<Picture>, StageError> {
    let shown: Vec<Shown> = options.times_secs.iter().map(|secs| Shown::alone(motion.pose_at(*secs), options.figure)).collect();
    Pictures::of(shown.into_iter(), CameraRig::new(options.angle), options.size)?.collect()
}

/// Pictures of the stage one after the other, drawn without a window when they are asked for. May live on any thread, beside a window.
pub struct Pictures {
    app: App,
    target: Handle<Image>,
    shown: Peekable<Box<dyn ExactSizeIterator<Item = Shown>>>,
    asked: usize,
    delivered: usize,
}

impl Pictures {
    /// Pictures of these scenes, each of which is made when its turn comes, seen from `rig`, of this many pixels.
    ///
    /// # Errors
    /// [`StageError::NoAdapter`] without a graphics device.
    pub fn of(shown: impl ExactSizeIterator<Item = Shown> + 'static, rig: CameraRig, size: (u32, u32)) -> Result<Self, StageError> {
        let graphics = Graphics::open()?;
        let (mut app, target) = windowless_stage(&graphics, rig.without_delay(), size);
        let shown: Box<dyn ExactSizeIterator<Item = Shown>> = Box::new(shown);
        let mut shown = shown.peekable();
        for _ in 0..WARM_UP_UPDATES {
            if let Some(first) = shown.peek() {
                app.world_mut().resource_mut::<OnStage>().0 = first.clone();
            }
            app.update();
        }
        Ok(Self { app, target, shown, asked: 0, delivered: 0 })
    }

    fn ask(&mut self, shown: Shown) {
        self.app.world_mut().resource_mut::<OnStage>().0 = shown;
        self.app.world_mut().spawn((Page(self.asked), Screenshot::image(self.target.clone()))).observe(keep);
        self.asked += 1;
    }
}

impl Iterator for Pictures {
    type Item = Result<Picture, StageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.delivered == self.asked && self.shown.len() == 0 {
            return None;
        }
        for _ in 0..PATIENCE_UPDATES {
            if let Some(picture) = self.app.world_mut().resource_mut::<Album>().0.remove(&self.delivered) {
                self.delivered += 1;
                return Some(picture.ok_or(StageError::NoPicture));
            }
            if self.asked < self.delivered + MOST_ASKED
                && let Some(shown) = self.shown.next()
            {
                self.ask(shown);
            }
            self.app.update();
        }
        // No more will come.
        self.shown = (Box::new(std::iter::empty()) as Box<dyn ExactSizeIterator<Item = Shown>>).peekable();
        self.delivered = self.asked;
        Some(Err(StageError::NoPicture))
    }
}

fn windowless_stage(graphics: &Graphics, rig: CameraRig, (width, height): (u32, u32)) -> (App, Handle<Image>) {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(graphics.render_plugin())
            .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
            .disable::<WinitPlugin>()
            .disable::<LogPlugin>()
            // Each update is then one finished picture.
            .disable::<PipelinedRenderingPlugin>()
            .disable::<TerminalCtrlCHandlerPlugin>(),
    )
    // Pictures take the time they need.
    .insert_resource(StageQuality(Quality::HIGH))
    .insert_resource(rig)
    .init_resource::<Album>()
    .add_plugins(StagePlugin);

    let mut image = Image::new_target_texture(width, height, TextureFormat::Rgba8UnormSrgb, None);
    image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
    let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
    let camera_target = target.clone();
    app.add_systems(PostStartup, move |cameras: Query<'_, '_, Entity, With<Camera3d>>, mut commands: Commands<'_, '_>| {
        for camera in &cameras {
            commands.entity(camera).insert(RenderTarget::Image(camera_target.clone().into()));
        }
    });
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    (app, target)
}

fn keep(captured: On<'_, '_, ScreenshotCaptured>, pages: Query<'_, '_, &Page>, mut album: ResMut<'_, Album>) {
    if let Ok(page) = pages.get(captured.entity) {
        album.0.insert(page.0, Picture::from_image(&captured.image));
    }
}
