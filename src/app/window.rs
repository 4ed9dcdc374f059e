//! The bevy app around the session: one system each for hearing the generator, running the script, applying actions, showing.

use super::file_dialog::FileDialog;
use super::frame_pacing::{self, FramePacing, WindowSpeed};
use super::lifecycle::{Ending, finish, follow_session};
use super::lost_device::{self, LastWork};
use super::panels::{self, PanelView, Places, Shape};
use super::state::State;
use super::{AppError, Launch, film, prompts, theme};
use crate::author::Action;
use crate::author::script::{Script, ScriptStep};
use crate::author::session::{Busy, GenerationAction, HostCommand, ProjectAction, Session, Start, ViewAction};
use crate::author::settings::SCALES;
use crate::generator::protocol::Event;
use crate::generator::{PipelineBackend, Worker};
use crate::pipeline::Device;
use crate::stage::{CameraRig, CharacterLoading, Characters, Graphics, OnScreen, OnStage, Picture, StagePlugin, StageQuality, quietly};
use crate::view::{CameraMove, Quality, Shown, ViewAngle};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::error_handler::RenderErrorHandler;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::{
    FileDragAndDrop, MonitorSelection, PresentMode, PrimaryWindow, WindowCloseRequested, WindowMode, WindowResizeConstraints,
    WindowResolution, WindowTheme, WindowThemeChanged,
};
use bevy::winit::{UpdateMode, WinitSettings};
use bevy_egui::{EguiClipboard, EguiContexts, EguiPlugin, EguiPrimaryContextPass, egui};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A picture is taken this long after the last action of a script, and this many frames, so that everything has come to rest.
const SETTLE_SECS: f32 = 0.3;
const SETTLE_FRAMES: u32 = 4;
/// A longer time between frames is a hiccup, not time to show.
const LONGEST_STEP_SECS: f32 = 0.25;
/// How often a window in which nothing moves is drawn.
const RESTING_INTERVAL: Duration = Duration::from_millis(200);
/// A software adapter draws no faster, so that the generator gets the processor.
const SOFTWARE_INTERVAL: Duration = Duration::from_millis(66);

/// The panels find room in a window of this size, points.
const LEAST_SIZE: (f32, f32) = (900.0, 560.0);

/// What a demo does, over and over, until somebody takes over.
const DEMO: &str = include_str!("../../assets/demos/showreel.ron");

/// Opens the window and runs it until it is closed.
///
/// # Errors
/// [`AppError`]: no display, no graphics device, a script that cannot be read or that ran into an error.
pub fn run(launch: Launch) -> Result<(), AppError> {
    let device = launch.device.clone();
    let worker = Worker::spawn(move || PipelineBackend::on(device.clone())).map_err(|error| AppError::Generator(error.to_string()))?;
    run_with(launch, worker)
}

/// [`run`] with any generator, such as a stand-in for tests.
///
/// # Errors
/// As [`run`].
pub fn run_with(launch: Launch, worker: Worker) -> Result<(), AppError> {
    let script = match &launch.script {
        Some(path) => Some(Script::read(path)?),
        None if launch.demo => Some(Script::parse(DEMO, Path::new("the demo"))?.without_end()),
        None => None,
    };
    open(launch, script, worker, None).map(|_| ())
}

/// Opens the window, has it generate with a model (a name or a folder) and play for a while, and answers how smoothly that went.
/// Somebody is told how far it is.
///
/// # Errors
/// As [`run`].
pub fn measure(device: &Device, model: String, threads: usize, say: fn(&str)) -> Result<WindowSpeed, AppError> {
    let pacing = FramePacing::new(say);
    let device = device.clone();
    let worker = Worker::spawn(move || PipelineBackend::on(device.clone())).map_err(|error| AppError::Generator(error.to_string()))?;
    let device =
        open(Launch { model: Some(model), threads, ..Launch::default() }, Some(frame_pacing::script()), worker, Some(pacing.clone()))?;
    Ok(pacing.speed(device))
}

/// Opens the window and runs it until it is closed; answers the graphics device's name.
fn open(launch: Launch, script: Option<Script>, worker: Worker, pacing: Option<FramePacing>) -> Result<String, AppError> {
    let scripted = script.is_some();
    let screenshots = launch.screenshots.unwrap_or_default();
    if !screenshots.as_os_str().is_empty() {
        let fail = |error: std::io::Error| AppError::Screenshots { path: screenshots.clone(), reason: error.to_string() };
        std::fs::create_dir_all(&screenshots).map_err(fail)?;
    }
    if !display_is_named() {
        return Err(AppError::NoDisplay);
    }
    let graphics = Graphics::open()?;
    tracing::info!("the window is drawn by {}", graphics.name);
    let session = Session::begin(Start {
        model: launch.model,
        scripted,
        threads: launch.threads,
        full_screen: launch.demo,
        graphics: Some((graphics.name.clone(), graphics.is_software)),
        leaking_driver: graphics.leaking.clone(),
        files: launch.file.into_iter().collect(),
        log_file: launch.log_file,
    });
    let last_work = LastWork::to_be_copied_to(session.copy_path().map(Path::to_owned));
    // winit panics where a display is named that is not there.
    let mut app = quietly(|| window_app(&graphics, session, scripted)).map_err(|_| AppError::NoDisplay)?;
    let trouble = Trouble::default();
    app.insert_resource(Link(worker))
        .insert_resource(last_work.clone())
        .insert_resource(Play { script, screenshots, hands_over: launch.demo, ..default() })
        .insert_resource(trouble.clone());
    if let Some(pacing) = pacing {
        frame_pacing::listen(&mut app, pacing);
    }
    lost_device::watch(&last_work);
    let exit = app.run();
    if let Some(cause) = last_work.given_up() {
        return Err(last_work.lost_device(&cause));
    }
    let error = trouble.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match error {
        Some(error) if scripted && !launch.demo => Err(AppError::ScriptFailed(error)),
        _ if exit.is_error() => Err(AppError::Window),
        _ => Ok(graphics.name),
    }
}

/// Whether the desktop says where to open a window. Only X11 and Wayland need to be told.
fn display_is_named() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || named("DISPLAY") || named("WAYLAND_DISPLAY") || named("WAYLAND_SOCKET")
}

fn window_app(graphics: &Graphics, session: Session, scripted: bool) -> App {
    let demo = session.view().is_full_screen();
    let mode = if demo { WindowMode::BorderlessFullscreen(MonitorSelection::Current) } else { WindowMode::Windowed };
    let window = Window {
        title: "Zoetrope".to_owned(),
        name: Some("zoetrope".to_owned()),
        resolution: WindowResolution::new(1280, 720),
        present_mode: PresentMode::AutoVsync,
        mode,
        resize_constraints: WindowResizeConstraints { min_width: LEAST_SIZE.0, min_height: LEAST_SIZE.1, ..default() },
        ..default()
    };
    // A script's pictures are of the end of a move, not of its middle.
    let rig = CameraRig::new(ViewAngle::ThreeQuarter);
    let rig = if scripted { rig.without_delay() } else { rig };
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(graphics.render_plugin())
            .set(WindowPlugin { primary_window: Some(window), close_when_requested: false, ..default() })
            // Whoever started the program listens to its log.
            .disable::<LogPlugin>(),
    )
    .add_plugins(EguiPlugin::default())
    .insert_resource(StageQuality(graphics.quality()))
    .insert_resource(Adapter { quality: graphics.quality(), is_software: graphics.is_software })
    .insert_resource(rig)
    .insert_resource(CharacterLoading::Background)
    .add_plugins(StagePlugin)
    .insert_resource(RenderErrorHandler(lost_device::end_window))
    .insert_resource(State(session))
    .insert_resource(Prompts(prompts::examples(demo)))
    .init_resource::<Inbox>()
    .init_resource::<FileDialog>()
    .init_resource::<Ending>()
    .add_systems(
        Update,
        (handle_generator_events, see_theme, see_files, run_script, apply_actions, choose_quality, show, follow_session, choose_pace)
            .chain(),
    )
    .add_systems(Last, finish)
    .add_systems(EguiPrimaryContextPass, draw_panels);
    app
}

/// The generator.
#[derive(Resource)]
struct Link(Worker);

/// What the graphics device can do when it has to keep up.
#[derive(Resource)]
struct Adapter {
    quality: Quality,
    is_software: bool,
}

/// Prompts to try.
#[derive(Resource)]
struct Prompts(Vec<&'static str>);

/// Actions that wait to be applied.
#[derive(Resource, Default)]
struct Inbox(Vec<Action>);

/// A running script and its surroundings.
#[derive(Resource, Default)]
struct Play {
    script: Option<Script>,
    screenshots: PathBuf,
    /// Any key or click ends it.
    hands_over: bool,
    still_secs: f32,
    still_frames: u32,
    /// A picture is looked at longer than a frame, and may take its time.
    picturing: bool,
}

/// The last error, for whoever asks after the window is closed.
#[derive(Resource, Clone, Default)]
struct Trouble(Arc<Mutex<Option<String>>>);

/// The picture that a screenshot is for.
#[derive(Component)]
struct PicturePath(PathBuf);

fn handle_generator_events(link: Res<'_, Link>, mut state: ResMut<'_, State>) {
    let mut preview_changed = false;
    while let Some(event) = link.0.try_event() {
        preview_changed |= matches!(event, Event::Preview { .. });
        state.handle_event(event);
    }
    if preview_changed {
        link.0.take_previews().iter().for_each(|preview| state.preview(preview));
    }
}

/// The window knows the system's theme from the start, and hears of its changes.
fn see_theme(
    window: Single<'_, '_, &Window, With<PrimaryWindow>>,
    mut changes: MessageReader<'_, '_, WindowThemeChanged>,
    mut state: ResMut<'_, State>,
    mut knows: Local<'_, bool>,
) {
    let at_start = window.window_theme.filter(|_| !std::mem::replace(&mut *knows, true));
    if let Some(theme) = changes.read().last().map(|change| change.theme).or(at_start) {
        state.system_is_light(theme == WindowTheme::Light);
    }
}

/// Takes in paths that were chosen and files that were dropped, and that the window is to close.
fn see_files(
    mut file_dialog: ResMut<'_, FileDialog>,
    mut state: ResMut<'_, State>,
    mut inbox: ResMut<'_, Inbox>,
    mut dropped: MessageReader<'_, '_, FileDragAndDrop>,
    mut closing: MessageReader<'_, '_, WindowCloseRequested>,
) {
    if let Some((purpose, path)) = file_dialog.take_chosen() {
        state.chosen(purpose, path);
    }
    state.open_files(dropped.read().filter_map(|event| match event {
        FileDragAndDrop::DroppedFile { path_buf, .. } => Some(path_buf.clone()),
        _ => None,
    }));
    inbox.0.extend(closing.read().map(|_| ProjectAction::Close.into()));
}

fn run_script(
    mut play: ResMut<'_, Play>,
    state: Res<'_, State>,
    mut inbox: ResMut<'_, Inbox>,
    pictures: Query<'_, '_, (), With<Screenshot>>,
    time: Res<'_, Time>,
    characters: Res<'_, Characters>,
    (pressed, clicked): (Res<'_, ButtonInput<KeyCode>>, Res<'_, ButtonInput<MouseButton>>),
) {
    if play.hands_over && (pressed.get_just_pressed().len() > 0 || clicked.get_just_pressed().len() > 0) {
        *play = Play { screenshots: std::mem::take(&mut play.screenshots), ..default() };
        inbox.0.extend([ViewAction::Camera(CameraMove::GoRound(0.0)).into(), GenerationAction::Cancel.into()]);
    }
    play.still_frames += 1;
    play.still_secs += time.delta_secs();
    if characters.are_coming() {
        play.still_frames = 0;
    }
    let settling = play.still_frames < SETTLE_FRAMES || play.still_secs < SETTLE_SECS;
    let busy = Busy { picturing: !pictures.is_empty(), settling, ..state.busy() };
    let Play { script: Some(script), picturing, .. } = &mut *play else { return };
    *picturing = script.pictures_next() || busy.picturing;
    if let Some(step) = script.next(busy, time.delta_secs()) {
        if let ScriptStep::Do(action) = step {
            inbox.0.push(action);
        }
        play.still_frames = 0;
        play.still_secs = 0.0;
    }
}

/// As the user wants it, else as the device can do it.
fn choose_quality(state: Res<'_, State>, play: Res<'_, Play>, adapter: Res<'_, Adapter>, mut quality: ResMut<'_, StageQuality>) {
    let suitable = if play.picturing { Quality::HIGH } else { adapter.quality };
    quality.set_if_neq(StageQuality(state.settings().quality.unwrap_or(suitable)));
}

/// The one place where actions are applied, wherever they come from, and what they want of the window is done.
#[expect(clippy::too_many_arguments, reason = "what actions can reach outside of the session, each once")]
fn apply_actions(
    mut inbox: ResMut<'_, Inbox>,
    mut state: ResMut<'_, State>,
    mut rig: ResMut<'_, CameraRig>,
    mut commands: Commands<'_, '_>,
    mut window: Single<'_, '_, &mut Window, With<PrimaryWindow>>,
    mut ending: ResMut<'_, Ending>,
    (link, play): (Res<'_, Link>, Res<'_, Play>),
    (mut clipboard, mut file_dialog): (ResMut<'_, EguiClipboard>, ResMut<'_, FileDialog>),
) {
    inbox.0.drain(..).for_each(|action| state.apply(action));
    // A refused command may lead to others.
    loop {
        let wanted = state.take_host_commands();
        if wanted.is_empty() {
            break;
        }
        for command in wanted {
            match command {
                HostCommand::Generator(command) => {
                    if let Err(error) = link.0.send(command.clone()) {
                        state.refused(&command, error.to_string());
                    }
                }
                HostCommand::Camera(camera_move) => rig.apply(camera_move),
                HostCommand::FullScreen(true) => window.mode = WindowMode::BorderlessFullscreen(MonitorSelection::Current),
                HostCommand::FullScreen(false) => window.mode = WindowMode::Windowed,
                HostCommand::Browse { path, purpose } => file_dialog.open(&path, purpose),
                HostCommand::Copy(text) => clipboard.set_text(&text),
                HostCommand::Film(film, watch) => {
                    let rig = rig.in_picture();
                    state.draw(move || film::write(*film, rig, &watch));
                }
                HostCommand::Screenshot(path) => {
                    commands.spawn((PicturePath(play.screenshots.join(path)), Screenshot::primary_window())).observe(save_picture);
                }
                HostCommand::Quit => ending.0 = true,
            }
        }
    }
}

fn save_picture(captured: On<'_, '_, ScreenshotCaptured>, paths: Query<'_, '_, &PicturePath>, mut state: ResMut<'_, State>) {
    let Ok(path) = paths.get(captured.entity) else { return };
    let saved = Picture::from_image(&captured.image).ok_or(crate::stage::StageError::NoPicture);
    if let Err(error) = saved.and_then(|picture| picture.save_png(&path.0)) {
        state.fail(error.to_string());
    }
}

fn show(
    mut state: ResMut<'_, State>,
    mut shown: ResMut<'_, OnStage>,
    mut next: Local<'_, Shown>,
    time: Res<'_, Time>,
    trouble: Res<'_, Trouble>,
) {
    state.update(time.delta_secs().min(LONGEST_STEP_SECS));
    state.scene().fill(&mut next, state.view().player().at_secs());
    if *next != shown.0 {
        std::mem::swap(&mut *next, &mut shown.0);
    }
    if let Some(error) = state.toasts().last_error() {
        let mut last = trouble.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_deref() != Some(error) {
            *last = Some(error.to_owned());
        }
    }
}

/// Draws often while something moves, seldom otherwise.
fn choose_pace(
    state: Res<'_, State>,
    play: Res<'_, Play>,
    adapter: Res<'_, Adapter>,
    pacing: Option<Res<'_, FramePacing>>,
    characters: Res<'_, Characters>,
    mut settings: ResMut<'_, WinitSettings>,
) {
    let is_shown = state.view().player().is_playing() || state.is_generating() || characters.are_coming() || state.mapping().is_trying();
    let moves = is_shown || play.script.is_some();
    let measures_qualities = pacing.is_some() && state.settings().quality.is_some();
    let mode = if !moves {
        UpdateMode::reactive(RESTING_INTERVAL)
    } else if adapter.is_software && !measures_qualities {
        UpdateMode::reactive(SOFTWARE_INTERVAL)
    } else {
        UpdateMode::Continuous
    };
    if settings.focused_mode != mode {
        *settings = WinitSettings { focused_mode: mode, unfocused_mode: mode };
    }
}

fn draw_panels(
    mut contexts: EguiContexts<'_, '_>,
    state: Res<'_, State>,
    prompts: Res<'_, Prompts>,
    mut inbox: ResMut<'_, Inbox>,
    mut rig: ResMut<'_, CameraRig>,
    on_screen: Res<'_, OnScreen>,
    mut has_theme: Local<'_, bool>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !*has_theme {
        theme::apply(ctx);
        ctx.memory_mut(|memory| memory.request_focus(panels::prompt_id()));
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        *has_theme = true;
        // Fonts are there from the next pass on.
        return Ok(());
    }
    ctx.set_theme(if state.is_light() { egui::Theme::Light } else { egui::Theme::Dark });
    // Never so large that the panels have no room.
    let whole = ctx.viewport_rect().size() * ctx.zoom_factor();
    ctx.set_zoom_factor(state.settings().scale.min(whole.x / LEAST_SIZE.0).min(whole.y / LEAST_SIZE.1).max(*SCALES.start()));
    let window = ctx.viewport_rect();
    let places = Places::in_window(window, Shape::of(&state));
    let free = match (state.sitting(), state.mapping().editor(), state.view().comparison()) {
        (Some(rating), ..) => panels::free_of_rating(window, rating),
        (None, Some(_), _) => panels::free_of_mapping(window),
        (None, None, Some(_)) => places.beside_lists(),
        (None, None, None) => panels::free_of_tools(&state, &places),
    };
    rig.free_center = center_of(free, window);
    rig.free_size = Vec2::new(free.width() / window.width(), free.height() / window.height());
    let view = PanelView { session: &state, examples: &prompts.0, on_screen: &on_screen.figures, projection: &on_screen.projection };
    inbox.0.extend(panels::window(&mut panels::root(ctx), &view));
    Ok(())
}

/// The middle of `part`, as shares of the width and height of `whole` from its middle, up being positive.
fn center_of(part: egui::Rect, whole: egui::Rect) -> Vec2 {
    let from_middle = part.center() - whole.center();
    Vec2::new(from_middle.x / whole.width(), -from_middle.y / whole.height())
}
