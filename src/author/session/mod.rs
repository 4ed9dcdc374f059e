//! What the window knows: model, prompt, takes, running generations, play head, dialogs and messages. Plain data without a window.
//!
//! [`Session::apply`] is the one place where actions change it; what has to happen outside comes back as [`Effect`]s.
//! [`Session::hear`] takes in what the generator tells.

mod anew;
mod body;
mod draft;
mod effect;
mod export;
mod generation;
mod import;
mod import_form;
mod lay_out;
mod list;
mod models;
mod overlays;
mod project;
mod rating;
mod row;
mod selection;
mod sketch;
mod timeline;

pub use body::{Body, SHAPES};
pub use draft::{Draft, GUIDANCES, MOST_TOP_K, TEMPERATURES, TOP_PS};
pub use effect::Effect;
pub use export::Work;
pub use generation::{Job, Progress};
pub use import::{FileClip, ImportedFile};
pub use import_form::{ImportForm, ImportPart, Precision};
pub use list::{Entry, Filter, another_seed};
pub use models::{InstalledModel, ModelAction, ModelDialog, ModelOutcome, ModelState, ModelTask, ModelWork, Models, OfferedModel};
pub use overlays::{ONION_FRAMES, Overlay, Overlays};
pub use project::{Next, Over, Purpose, Saved, Unsaved};
pub use rating::Rating;
pub use row::{Member, Row};
pub use sketch::{Curves, Figure as StickFigure, Figures, Inspection};
pub use timeline::Sight;

use super::export::ExportOf;
use super::player::Player;
use super::settings::{Appearance, Settings};
use super::toast::{ToastKind, Toasts};
use super::{Action, script::Busy};
use crate::body::{Cast, Character, MannequinLook};
use crate::generator::protocol::{Command, JobId};
use crate::motion::{Motion, Pose};
use crate::timeline::{Arrangement, Chain, ClipId, Document, Edit, Take, TakeId};
use crate::view::{CameraMove, Figure};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

/// Most takes of one prompt.
pub const MOST_VARIATIONS: u32 = 9;
/// Shortest and longest motion to ask for, seconds.
pub const LENGTH_RANGE_SECS: (f32, f32) = (1.0, 10.0);

/// What the stage shows.
#[derive(Clone, Debug, Default)]
pub enum Showing {
    /// Nobody has asked for anything yet.
    #[default]
    Nothing,
    /// A take alone.
    Take(TakeId),
    /// The timeline.
    Timeline,
    /// A generation under way.
    Preview {
        /// Which.
        job: JobId,
        /// All frames so far.
        motion: Arc<Motion>,
    },
    /// Takes side by side, or variations under way.
    Row(Row),
}

/// An open dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialog {
    /// None.
    #[default]
    None,
    /// Where to write what is shown, or more than that.
    Export {
        /// What.
        of: ExportOf,
        /// The file, of what is shown.
        path: PathBuf,
        /// Whether there is such a file.
        taken: bool,
    },
    /// Which file to save to, to open or to import.
    File {
        /// The file.
        path: PathBuf,
        /// What for.
        purpose: Purpose,
        /// Whether saving to it replaces another file.
        taken: bool,
        /// What comes behind it.
        next: Option<Next>,
    },
    /// Which of several animations in a motion file becomes a take.
    Clip {
        /// The file.
        path: PathBuf,
        /// Those that move a body.
        clips: Vec<FileClip>,
    },
    /// What becomes of unsaved work when the project is left.
    Unsaved(Next),
    /// Whether a file is saved over that somebody else has written meanwhile.
    Replace {
        /// The file.
        path: PathBuf,
        /// What comes behind it.
        next: Option<Next>,
    },
    /// What becomes of exports under way when the window closes.
    Exporting,
    /// A window died with unsaved work.
    Recover {
        /// The file of its project, if it had one.
        project: Option<PathBuf>,
    },
    /// The model's card.
    Model,
    /// Something about models.
    Models(ModelDialog),
    /// How the next generation is sampled.
    Sampling,
    /// The list of keys.
    Help,
    /// Which study to rate, and who rates.
    Rating {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// The command palette.
    Palette {
        /// What is looked for.
        words: String,
    },
}

/// The state of the window.
#[derive(Debug)]
pub struct Session {
    /// The model.
    pub model: ModelState,
    models: Models,
    /// What the next generation is asked for.
    pub draft: Draft,
    /// Takes and clips.
    document: Document,
    /// The clips as one motion.
    chain: Chain,
    /// The selected clips; the one that was selected last is the last one.
    selection: Vec<ClipId>,
    /// Curves of the chain.
    curves: Curves,
    /// Figures of the takes.
    figures: BTreeMap<TakeId, Figures>,
    /// Measures of the selected clip.
    inspection: Option<Inspection>,
    found_loop: Option<timeline::FoundLoop>,
    sight: Sight,
    /// How long the timeline was when a hand took hold of something on it.
    held_whole_secs: Option<f32>,
    /// Which takes the list shows.
    pub filter: Filter,
    /// Generations that are not over, in order.
    pub jobs: Vec<Job>,
    /// How fast tokens came the last time.
    pub tokens_per_sec: Option<f32>,
    /// What the stage shows.
    pub showing: Showing,
    /// The play head.
    pub player: Player,
    /// What stands on the stage.
    pub figure: Figure,
    /// The user's own body, where one is worn.
    body: Option<Body>,
    /// The mannequin, where it does not look as it comes.
    mannequin: Option<Arc<Character>>,
    /// Whether the camera follows.
    pub follow: bool,
    /// Whether the window fills the screen.
    pub full_screen: bool,
    /// The open dialog.
    pub dialog: Dialog,
    /// Messages to the user.
    pub toasts: Toasts,
    /// A rater at work.
    rating: Option<Box<Rating>>,
    /// Long work under way.
    work: Option<Work>,
    /// The user's choices.
    pub settings: Settings,
    /// The graphics device's name, and whether it is the processor.
    pub graphics: Option<(String, bool)>,
    /// Whether the system's other windows are light.
    pub system_is_light: bool,
    /// Where the document is kept.
    kept: project::Kept,
    /// Project files to be written; the first is being written.
    saves: VecDeque<project::Saving>,
    /// How the document was when another one was asked for that is being read.
    opening: Option<(Arrangement, Cast)>,
    /// Exports of one file each that are being written.
    exports: usize,
    /// What the document was when the user wanted the window to close once all exports are written.
    closes: Option<Arrangement>,
    /// Files being written or read.
    errands: usize,
    next_job: u64,
}

impl Session {
    /// A fresh window whose model is on its way.
    #[must_use]
    pub fn new(model: &str) -> Self {
        Self {
            model: ModelState::Loading { name: model.to_owned(), done: 0.0 },
            models: Models::starting_with(model),
            draft: Draft::default(),
            document: Document::default(),
            chain: Chain::default(),
            selection: Vec::new(),
            curves: Curves::default(),
            figures: BTreeMap::new(),
            inspection: None,
            found_loop: None,
            sight: Sight::default(),
            held_whole_secs: None,
            filter: Filter::default(),
            jobs: Vec::new(),
            tokens_per_sec: None,
            showing: Showing::Nothing,
            player: Player::default(),
            figure: Figure::Mannequin,
            body: None,
            mannequin: None,
            follow: true,
            full_screen: false,
            dialog: Dialog::None,
            toasts: Toasts::default(),
            rating: None,
            work: None,
            settings: Settings::default(),
            graphics: None,
            system_is_light: false,
            kept: project::Kept::default(),
            saves: VecDeque::new(),
            opening: None,
            exports: 0,
            closes: None,
            errands: 0,
            next_job: 1,
        }
    }

    /// Tells, once for each driver, that the graphics driver leaks.
    pub fn warn_of_driver(&mut self, driver: &str) {
        if self.settings.told_driver.as_deref() != Some(driver) {
            self.settings.told_driver = Some(driver.to_owned());
            let text = format!("the graphics driver ({driver}) loses memory while the window is open: update it, or restart now and then");
            self.toasts.add(ToastKind::Warning, text);
        }
    }

    /// Whether the window and its stage are light.
    #[must_use]
    pub fn is_light(&self) -> bool {
        match self.settings.appearance {
            Appearance::System => self.system_is_light,
            Appearance::Dark => false,
            Appearance::Light => true,
        }
    }

    /// The motion on the stage.
    #[must_use]
    pub fn shown_motion(&self) -> Option<&Motion> {
        match &self.showing {
            Showing::Nothing => None,
            Showing::Take(id) => self.document.takes().get(id).map(|take| take.motion.as_ref()),
            Showing::Timeline => Some(self.chain.motion()),
            Showing::Preview { motion, .. } => Some(motion),
            Showing::Row(row) => row.members.first().map(|member| member.motion.as_ref()),
        }
    }

    /// The take that the stage shows alone.
    #[must_use]
    pub fn shown_take(&self) -> Option<&Take> {
        if let Showing::Take(id) = self.showing { self.document.takes().get(&id).map(Arc::as_ref) } else { None }
    }

    /// What the model last understood by the draft's prompt, where it said it in other words.
    #[must_use]
    pub fn understood(&self) -> Option<&str> {
        let prompt = self.draft.prompt.trim();
        let latest = self.document.takes().values().rev().map(|take| &take.provenance.origin).find(|from| from.prompt() == prompt)?;
        latest.understood().filter(|plain| *plain != prompt)
    }

    /// Curves of the timeline.
    #[must_use]
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Figures of a take.
    #[must_use]
    pub fn figures(&self, take: TakeId) -> Option<&Figures> {
        self.figures.get(&take)
    }

    /// Measures of the selected clip.
    #[must_use]
    pub fn inspection(&self) -> Option<&Inspection> {
        self.inspection.as_ref()
    }

    /// The pose on the stage at a time.
    #[must_use]
    pub fn pose_at(&self, secs: f32) -> Option<Pose> {
        self.shown_motion().filter(|motion| !motion.is_empty()).map(|motion| motion.pose_at(secs))
    }

    /// Whether there is something to generate and a model to do it.
    #[must_use]
    pub fn can_generate(&self) -> bool {
        matches!(self.model, ModelState::Ready(_)) && !self.draft.prompt.trim().is_empty()
    }

    /// Whether there is a clip or a take to go on from, too.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        self.can_generate() && (!self.clips().is_empty() || self.shown_take().is_some())
    }

    /// What a script waits for; pictures are somebody else's business.
    #[must_use]
    pub fn busy(&self) -> Busy {
        Busy {
            working: self.is_generating() || self.errands > 0 || self.models.is_busy(),
            showing: matches!(self.showing, Showing::Preview { .. }) || self.row().is_some_and(|row| row.job.is_some()),
            ..Busy::default()
        }
    }

    /// Whether a motion, or a model to make it, is on its way.
    #[must_use]
    pub fn is_generating(&self) -> bool {
        !self.jobs.is_empty() || matches!(self.model, ModelState::Loading { .. })
    }

    /// Time goes by.
    pub fn advance(&mut self, delta_secs: f32) {
        self.player.advance(delta_secs);
        if let Showing::Row(row) = &mut self.showing {
            row.advance(delta_secs);
        }
        self.toasts.advance(delta_secs);
    }

    /// Does an action. What has to happen outside comes back.
    pub fn apply(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Prompt(prompt) => self.draft.prompt = prompt,
            Action::Seed(seed) => self.draft.seed = seed,
            Action::Seconds(secs) => {
                self.draft.length_secs =
                    secs.filter(|secs| secs.is_finite()).map(|secs| secs.clamp(LENGTH_RANGE_SECS.0, LENGTH_RANGE_SECS.1));
            }
            Action::Literal(literal) => self.draft.literal = literal,
            Action::Sampling(sampling) => self.draft.set_sampling(sampling),
            Action::OpenSampling => self.dialog = Dialog::Sampling,
            Action::Rewriter(file) => return self.choose_rewriter(file),
            Action::Rewrite => return self.rewrite(),
            Action::Models(action) => return self.apply_model(action),
            Action::Variations(variations) => self.draft.variations = variations.clamp(1, MOST_VARIATIONS),
            Action::Generate => return self.generate(None, None),
            Action::Continue => return self.go_on(),
            Action::LayOut => return self.lay_out(),
            Action::Cancel => return self.jobs.iter().map(|job| Effect::Tell(Command::Cancel { job: job.id() })).collect(),

            Action::Select(index) => self.select(index),
            Action::Remove(index) => self.remove(index),
            Action::Again(index) => return self.again(index),
            Action::Anew => return self.anew(),
            Action::RemoveSliding(index) => return self.remove_sliding(index),
            Action::Favourite(index, favourite) => self.favourite(index, favourite),
            Action::Search(words) => self.filter.search = words,
            Action::OnlyFavourites(only) => self.filter.favourites = only,

            Action::Row(takes) => self.show_takes_abreast(&takes),
            Action::RowAlso(take) => self.row_also(take),
            Action::SideBySide(on) => self.side_by_side(on),
            Action::Pick(_) if self.rating().is_some() => {}
            Action::Pick(place) => self.pick(place),

            Action::ShowTimeline if !self.clips().is_empty() => {
                self.unwatch();
                self.show_timeline(0.0);
            }
            Action::ShowTimeline => {}
            Action::AddToTimeline(index) => self.insert(index, self.place_behind()),
            Action::Insert { take, at } => self.insert(take, at),
            Action::SelectClip(place) => self.select_clip(place),
            Action::SelectAlso(place) => self.select_also(place),
            Action::SelectTo(place) => self.select_to(place),
            Action::SelectAll => self.select_all(),
            Action::SelectNone => self.select_none(),
            Action::Split => self.split(),
            Action::Trim { clip, from, to } => self.trim(clip, from, to, false),
            Action::DragTrim { clip, from, to } => self.trim(clip, from, to, true),
            Action::TrimStartHere => self.trim_here(true),
            Action::TrimEndHere => self.trim_here(false),
            Action::SetClip { clip, settings } => self.set_clip(clip, settings, false),
            Action::DragClip { clip, settings } => self.set_clip(clip, settings, true),
            Action::SetContact { foot, from, to, touches } => self.set_contact(foot, from, to, touches),
            Action::Release => self.release(),
            Action::Duplicate => self.duplicate(),
            Action::Delete => self.delete(),
            Action::MoveClip { clip, to } => self.move_clip(clip, to),
            Action::InPoint => self.set_range_end(true),
            Action::OutPoint => self.set_range_end(false),
            Action::ClearRange => {
                self.edit(&Edit::Range(None));
            }
            Action::FindLoop(place) => self.find_loop(place),
            Action::Undo => self.undo(false),
            Action::Redo => self.undo(true),
            Action::ZoomTimeline { factor, around } => self.zoom_timeline(factor, around),
            Action::ScrollTimeline(from_secs) => self.scroll_timeline(from_secs),
            Action::FitTimeline => self.sight = Sight::default(),

            Action::Play => self.player.play(),
            Action::Pause => self.player.pause(),
            Action::TogglePlay => self.player.toggle(),
            Action::Seek(secs) => self.player.seek(secs),
            Action::Scrub(secs) => self.player.scrub(secs),
            Action::EndScrub => self.player.end_scrub(),
            Action::Step(frames) => self.player.step(frames),
            Action::ToStart => self.player.seek(self.player.first_secs()),
            Action::ToEnd => self.player.seek(self.player.last_secs()),
            Action::Speed(speed) => self.player.set_speed(speed),
            Action::Loop(looping) => self.player.set_looping(looping),

            Action::Camera(camera_move) => {
                match camera_move {
                    CameraMove::Follow(follow) => self.follow = follow,
                    CameraMove::Pan(..) => self.follow = false,
                    CameraMove::Turn(..) | CameraMove::Zoom(_) | CameraMove::LookFrom(_) | CameraMove::GoRound(_) => {}
                }
                return vec![Effect::Camera(camera_move)];
            }
            Action::Show(figure) => self.figure = figure,
            Action::Overlay(overlay, on) => self.settings.overlays.set(overlay, on),
            Action::OnionFrames(frames) => self.settings.overlays.set_onion_frames(frames),
            Action::Quality(quality) => self.settings.quality = quality,
            Action::OpenBody => self.ask_file(Purpose::Body, None),
            Action::LoadBody(path) => return self.load_body(path),
            Action::BodyShape(number, deviations) => self.shape_body(number, deviations),
            Action::DropBody => self.drop_body(),
            Action::MannequinColor(color) => self.look(MannequinLook { color, ..self.cast().mannequin }),
            Action::MannequinBuild(build) => self.look(MannequinLook { build, ..self.cast().mannequin }),
            Action::FullScreen(full_screen) => {
                self.full_screen = full_screen;
                return vec![Effect::FullScreen(full_screen)];
            }

            Action::NewProject => return self.leave(Next::New),
            Action::OpenProject => return self.leave(Next::Choose),
            Action::OpenRecent(path) => return self.leave(Next::Open(path)),
            Action::SaveProject => return self.save_project(),
            Action::SaveProjectAs => self.save_as(),
            Action::ImportFile => self.ask_file(Purpose::Import, None),
            Action::FilePath(path) => {
                if let Dialog::File { purpose, next, .. } = &self.dialog {
                    self.write_file_path(path, *purpose, next.clone());
                }
            }
            Action::BrowseFile => {
                if let Dialog::File { path, purpose, .. } = &self.dialog {
                    return vec![Effect::Browse { path: path.clone(), purpose: *purpose }];
                }
            }
            Action::Save(path) => return self.save_project_to(path),
            Action::SaveOver(path) => return self.replace_file(path),
            Action::Open(path) => return self.open_project(path),
            Action::Import(path) => return self.import(path, Vec::new()),
            Action::ImportClips { path, clips } => return self.import(path, clips),
            Action::Leave { saving } => return self.leave_after(saving),
            Action::CloseExporting { waiting } => return self.close_exporting(waiting),
            Action::Recover(brings_back) => {
                if matches!(self.dialog, Dialog::Recover { .. }) {
                    self.dialog = Dialog::None;
                    self.errands += usize::from(brings_back);
                    return vec![Effect::Recover(brings_back)];
                }
            }
            Action::Appearance(appearance) => self.settings.appearance = appearance,
            Action::Scale(scale) => self.settings.set_scale(scale),
            Action::Close => return self.leave(Next::Close),
            Action::OpenExport => self.open_export(),
            Action::OpenModel => self.dialog = Dialog::Model,
            Action::OpenHelp => self.dialog = Dialog::Help,
            Action::OpenPalette if matches!(self.dialog, Dialog::None) => self.dialog = Dialog::Palette { words: String::new() },
            Action::OpenPalette => {}
            Action::PaletteWords(words) => {
                if let Dialog::Palette { words: written } = &mut self.dialog {
                    *written = words;
                }
            }
            Action::CloseDialog => self.dialog = Dialog::None,
            Action::ExportOf(of) => self.choose_export_of(of),
            Action::ExportPath(path) => self.write_export_path(path),
            Action::ExportSettings(choices) => self.choose_export(choices),
            Action::BrowseExportPath => return self.browse_export_path(),
            Action::CopyCommand => return self.copy_export_command(),
            Action::Export(path) => return self.export(path),
            Action::ExportAll(of, folder) => return self.export_all(of, folder),
            Action::CancelExport => return self.cancel_work(),
            Action::OpenRating => self.open_rating(),
            Action::RatingForm { folder, rater } => self.dialog = Dialog::Rating { folder, rater },
            Action::Rate { folder, rater } => return self.rate(folder, rater),
            Action::Score { side, criterion, score } => self.score(side, criterion, score),
            Action::Unscore => return self.unscore(),
            Action::RatePair => return self.rate_pair(),
            Action::ExportRatings => return self.export_ratings(),
            Action::EndRating => self.end_rating(),
            Action::Dismiss(toast) => self.toasts.dismiss(toast),

            Action::Screenshot(path) => return vec![Effect::Screenshot(path)],
            Action::WaitIdle | Action::WaitPreview | Action::Wait(_) => {}
            Action::Quit => return vec![Effect::Quit],
        }
        Vec::new()
    }
}
