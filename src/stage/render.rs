//! Pictures without a window.

use super::{CameraRig, Figure, Graphics, Picture, Quality, Shown, StageError, StagePlugin, ViewAngle};
use crate::motion::Motion;
use bevy::app::{PluginsState, TerminalCtrlCHandlerPlugin};
use bevy::camera::RenderTarget;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{TextureFormat, TextureUsages};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

/// Updates before the first picture, so that meshes and textures are on the device.
const WARM_UP_UPDATES: usize = 3;
/// Updates after which a picture that has not come will not come.
const PATIENCE_UPDATES: usize = 240;

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
struct Album(Vec<Option<Picture>>);

/// Which picture a screenshot is.
#[derive(Component)]
struct Page(usize);

/// Draws a motion at the times of `options`, in order, without a window. Blocks until all pictures are there.
///
/// # Errors
/// [`StageError::NoAdapter`] without a graphics device, [`StageError::NoPicture`] when the device does not deliver.
pub fn render_pictures(motion: &Motion, options: &PictureOptions) -> Result<Vec<Picture>, StageError> {
    let graphics = Graphics::open()?;
    let (mut app, target) = windowless_stage(&graphics, options);
    for _ in 0..WARM_UP_UPDATES {
        show(&mut app, motion, options, 0.0);
        app.update();
    }
    let count = options.times_secs.len();
    app.world_mut().resource_mut::<Album>().0.resize_with(count, || None);
    for (page, time_secs) in options.times_secs.iter().enumerate() {
        show(&mut app, motion, options, *time_secs);
        app.world_mut().spawn((Page(page), Screenshot::image(target.clone()))).observe(keep);
        app.update();
    }
    let missing = |app: &App| app.world().resource::<Album>().0.iter().any(Option::is_none);
    for _ in 0..PATIENCE_UPDATES {
        if !missing(&app) {
            break;
        }
        app.update();
    }
    let album = std::mem::take(&mut app.world_mut().resource_mut::<Album>().0);
    album.into_iter().collect::<Option<Vec<_>>>().ok_or(StageError::NoPicture)
}

fn windowless_stage(graphics: &Graphics, options: &PictureOptions) -> (App, Handle<Image>) {
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
    .insert_resource(Quality::Hardware)
    .insert_resource(CameraRig::new(options.angle).without_delay())
    .init_resource::<Album>()
    .add_plugins(StagePlugin);

    let (width, height) = options.size;
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

fn show(app: &mut App, motion: &Motion, options: &PictureOptions, time_secs: f32) {
    *app.world_mut().resource_mut::<Shown>() = Shown::alone(motion.pose_at(time_secs), options.figure);
}

fn keep(captured: On<'_, '_, ScreenshotCaptured>, pages: Query<'_, '_, &Page>, mut album: ResMut<'_, Album>) {
    let Ok(page) = pages.get(captured.entity) else { return };
    if let Some(place) = album.0.get_mut(page.0) {
        *place = Picture::from_image(&captured.image);
    }
}
