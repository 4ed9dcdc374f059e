//! Which key does what, and everything that can be done by name: the one table behind keys, the menu, the list of keys and the command
//! palette.

use super::Action;
use super::export::ExportOf;
use super::key::{Key, Shortcut};
use super::overlays::Overlay;
use super::session::{
    CharacterAction, ClipAction, ComparisonAction, ConstraintAction, DialogAction, DraftAction, ExportAction, GenerationAction,
    MappingAction, ModelAction, PlayerAction, PoseAction, ProjectAction, RatingAction, SelectionAction, Session, StageTool, TakeAction,
    TimelineAction, USUAL_BETWEEN_SECS, ViewAction,
};
use super::settings::Appearance;
use crate::view::{CameraMove, Figure, Quality, ViewAngle};

/// What a command does.
#[expect(clippy::unnecessary_wraps, reason = "a command may do nothing now")]
fn act(action: impl Into<Action>) -> Option<Action> {
    Some(action.into())
}

/// How much one press of a key zooms.
const KEY_ZOOM: f32 = 1.25;
/// How much one press of a key enlarges text and buttons.
const SCALE_STEP: f32 = 0.125;

/// Something that can be done by name.
#[derive(Clone, Copy, Debug)]
pub struct PaletteCommand {
    /// What it does.
    pub name: &'static str,
    /// Its keys; the first one is shown.
    pub shortcuts: &'static [Shortcut],
    /// Whether its keys work while somebody writes, too.
    pub always: bool,
    action: fn(&Session) -> Option<Action>,
}

impl PaletteCommand {
    /// What it does now; none where there is nothing to do it to.
    #[must_use]
    pub fn action(&self, session: &Session) -> Option<Action> {
        (self.action)(session)
    }

    /// Its key, in words; empty where it has none.
    #[must_use]
    pub fn key(&self) -> String {
        self.shortcuts.first().map(Shortcut::to_string).unwrap_or_default()
    }

    /// How well what was written fits its name, none if it does not: its letters come in this order, and those that begin words or
    /// follow each other count more, the first of the name most.
    #[must_use]
    pub fn fit(&self, written: &str) -> Option<u32> {
        let name: Vec<char> = self.name.chars().flat_map(char::to_lowercase).collect();
        let written: Vec<char> = written.chars().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()).collect();
        // Beginnings of later words are meant rather than letters inside this one, unless that leads nowhere.
        fit(&name, &written, true).max(fit(&name, &written, false))
    }
}

fn fit(name: &[char], written: &[char], to_beginnings: bool) -> Option<u32> {
    let begins = |at: &usize| *at == 0 || !name[at - 1].is_alphanumeric();
    let (mut fit, mut from) = (0, 0);
    for wanted in written {
        let mut places = (from..name.len()).filter(|at| name[*at] == *wanted);
        let next = places.clone().next()?;
        let goes_on = from > 0 && next == from;
        let at = if goes_on || !to_beginnings { next } else { places.find(begins).unwrap_or(next) };
        fit += 1 + if goes_on { 4 } else { 0 } + if begins(&at) { 3 } else { 0 } + u32::from(at == 0);
        from = at + 1;
    }
    Some(fit)
}

/// The commands that fit what was written and can be done, the best first.
#[must_use]
pub fn found(session: &Session, written: &str) -> Vec<(&'static PaletteCommand, Action)> {
    let fits = |command: &'static PaletteCommand| Some((command.fit(written)?, command, command.action(session)?));
    let mut found: Vec<_> = COMMANDS.iter().filter_map(fits).collect();
    found.sort_by_key(|(fit, ..)| std::cmp::Reverse(*fit));
    found.into_iter().map(|(_, command, action)| (command, action)).collect()
}

/// The command that does this.
#[must_use]
pub fn of(session: &Session, action: &Action) -> Option<&'static PaletteCommand> {
    COMMANDS.iter().find(|command| command.action(session).as_ref() == Some(action))
}

const fn key(key: Key) -> Shortcut {
    Shortcut::key(key)
}

const fn sign(sign: char) -> Shortcut {
    key(Key::Sign(sign))
}

const fn ctrl(letter: char) -> Shortcut {
    sign(letter).with_command()
}

const fn shift(shortcut: Shortcut) -> Shortcut {
    shortcut.with_shift()
}

const fn command(name: &'static str, shortcuts: &'static [Shortcut], action: fn(&Session) -> Option<Action>) -> PaletteCommand {
    PaletteCommand { name, shortcuts, always: false, action }
}

const fn always(name: &'static str, shortcuts: &'static [Shortcut], action: fn(&Session) -> Option<Action>) -> PaletteCommand {
    PaletteCommand { name, shortcuts, always: true, action }
}

/// All of them, as the list of keys shows them. Keys with Shift stand before the same ones without.
pub const COMMANDS: &[PaletteCommand] = &[
    always("A clip for each action of the prompt", &[shift(ctrl('G'))], |_| act(GenerationAction::LayOut)),
    always("Generate", &[ctrl('G')], |_| act(GenerationAction::Generate)),
    command("Continue behind the selected clip", &[], |_| act(GenerationAction::Continue)),
    command("Read prompts word by word, or as they are understood", &[], |session| act(DraftAction::Literal(!session.draft().literal))),
    command("Stop generating", &[], |_| act(GenerationAction::Cancel)),
    command("Play or pause", &[key(Key::Space)], |_| act(PlayerAction::TogglePlay)),
    command("Play", &[], |_| act(PlayerAction::Play)),
    command("Pause", &[], |_| act(PlayerAction::Pause)),
    command("Ten frames back", &[shift(key(Key::Left))], |_| act(PlayerAction::Step(-10))),
    command("Ten frames on", &[shift(key(Key::Right))], |_| act(PlayerAction::Step(10))),
    command("One frame back", &[key(Key::Left)], |_| act(PlayerAction::Step(-1))),
    command("One frame on", &[key(Key::Right)], |_| act(PlayerAction::Step(1))),
    command("First frame that is played", &[key(Key::Home)], |_| act(PlayerAction::ToStart)),
    command("Last frame that is played", &[key(Key::End)], |_| act(PlayerAction::ToEnd)),
    command("Play round and round, or once", &[sign('L')], |session| act(PlayerAction::Loop(!session.view().player().looping()))),
    command("Play at a quarter of the speed", &[], |_| act(PlayerAction::Speed(0.25))),
    command("Play at half speed", &[], |_| act(PlayerAction::Speed(0.5))),
    command("Play at real speed", &[], |_| act(PlayerAction::Speed(1.0))),
    command("Previous take", &[key(Key::Up)], |session| {
        act(TakeAction::Select(session.shown_index().unwrap_or(session.timeline().take_count()).checked_sub(1)?))
    }),
    command("Next take", &[key(Key::Down)], |session| act(TakeAction::Select(session.shown_index().map_or(0, |index| index + 1)))),
    command("Takes of one prompt side by side, or one", &[sign('V')], |session| {
        act(ComparisonAction::SideBySide(session.view().comparison().is_none()))
    }),
    command("Like the shown take, or no longer", &[], |session| {
        let index = session.shown_index()?;
        act(TakeAction::Favourite(index, !session.timeline().take_at(index)?.favourite))
    }),
    command("List favourites only, or all takes", &[], |session| act(TakeAction::OnlyFavourites(!session.list().favourites_only()))),
    command("Make the shown take again with another seed", &[], |session| {
        session.shown_index().map(|place| GenerationAction::Again(place).into())
    }),
    command("Clean the shown take up with the published remove-sliding", &[], |session| {
        session.shown_index().map(|place| TakeAction::RemoveSliding(place).into())
    }),
    command("Add the shown take to the timeline", &[], |session| {
        session.shown_index().map(|place| ClipAction::AddToTimeline(place).into())
    }),
    command("Show the timeline", &[sign('T')], |_| act(TimelineAction::ShowTimeline)),
    command("Select clips up to the previous one too", &[shift(key(Key::PageUp))], |session| {
        previous_clip(session).map(|place| SelectionAction::SelectTo(place).into())
    }),
    command("Select clips up to the next one too", &[shift(key(Key::PageDown))], |session| {
        act(SelectionAction::SelectTo(next_clip(session)))
    }),
    command("Previous clip", &[key(Key::PageUp)], |session| previous_clip(session).map(|place| SelectionAction::SelectClip(place).into())),
    command("Next clip", &[key(Key::PageDown)], |session| act(SelectionAction::SelectClip(next_clip(session)))),
    command("Select all clips", &[ctrl('A')], |_| act(SelectionAction::SelectAll)),
    command("Select no clip", &[], |_| act(SelectionAction::SelectNone)),
    command("Split at the play head", &[sign('S')], |_| act(ClipAction::Split)),
    command("Begin the clip at the play head", &[sign('[')], |_| act(ClipAction::TrimStartHere)),
    command("End the clip at the play head", &[sign(']')], |_| act(ClipAction::TrimEndHere)),
    command("Play and export from here", &[sign('I')], |_| act(TimelineAction::InPoint)),
    command("Play and export up to here", &[sign('O')], |_| act(TimelineAction::OutPoint)),
    command("Play and export all", &[sign('X')], |_| act(TimelineAction::ClearRange)),
    command("Move the selected clips earlier", &[key(Key::Left).with_alt()], |session| {
        let first = session.timeline().clips().iter().position(|clip| session.timeline().is_selected(clip.id))?;
        act(ClipAction::MoveClip { clip: session.timeline().selected_clip()?, to: first.saturating_sub(1) })
    }),
    command("Move the selected clips later", &[key(Key::Right).with_alt()], |session| {
        let last = session.timeline().clips().iter().rposition(|clip| session.timeline().is_selected(clip.id))?;
        act(ClipAction::MoveClip { clip: session.timeline().selected_clip()?, to: last + 2 })
    }),
    command("Make the selected clip anew in its place", &[], |session| {
        session.timeline().selected_clip().and_then(|_| act(GenerationAction::Anew))
    }),
    command("Lead over to the next clip", &[], |session| {
        let place = session.timeline().selected_clip()?;
        (place + 1 < session.timeline().clips().len()).then(|| GenerationAction::Between(USUAL_BETWEEN_SECS).into())
    }),
    command("Make the marked part anew", &[], |session| session.timeline().range().map(|_| GenerationAction::RedoPart.into())),
    command("Duplicate the selected clips", &[ctrl('D')], |_| act(ClipAction::Duplicate)),
    command("Remove the chosen pose, the shown take, or the selected clips", &[key(Key::Delete)], |session| {
        if session.pose().key(session.timeline()).is_some() && session.view().tool() == StageTool::Pose {
            return act(PoseAction::DeleteKey);
        }
        session.shown_index().map_or_else(|| act(ClipAction::Delete), |index| act(TakeAction::Remove(index)))
    }),
    command("Remove the selected clips", &[], |_| act(ClipAction::Delete)),
    command("Redo", &[ctrl('Y'), shift(ctrl('Z'))], |_| act(TimelineAction::Redo)),
    command("Undo", &[ctrl('Z')], |_| act(TimelineAction::Undo)),
    command("Find the best loop of the selected clip", &[sign('R')], |session| {
        session.timeline().selected_clip().map(|place| ClipAction::FindLoop(place).into())
    }),
    command("Less of the timeline", &[sign('+'), sign('=')], |session| act(zoom(session, 1.0 / KEY_ZOOM))),
    command("More of the timeline", &[sign('-')], |session| act(zoom(session, KEY_ZOOM))),
    command("All of the timeline", &[sign('0')], |_| act(TimelineAction::FitTimeline)),
    command("Draw where the next take goes, or not", &[sign('D')], |session| act(tool(session, StageTool::Path))),
    command("Pose the character by hand, or not", &[sign('H')], |session| act(tool(session, StageTool::Pose))),
    command("Let the next take be as it comes: no path, no poses", &[], |session| {
        (!session.timeline().constraints().is_empty()).then(|| ConstraintAction::ClearConstraints.into())
    }),
    command("Have the next take in this pose, at this time", &[], |session| {
        act(ConstraintAction::AddTarget(session.view().player().at_secs()))
    }),
    command("Copy the pose", &[shift(ctrl('C'))], |_| act(PoseAction::CopyPose)),
    command("Paste the pose", &[shift(ctrl('V'))], |session| session.pose().has_copied().then(|| PoseAction::PastePose.into())),
    command("Mirror the pose", &[], |_| act(PoseAction::MirrorPose)),
    command("Follow the character, or stay", &[sign('F')], |session| {
        act(ViewAction::Camera(CameraMove::Follow(!session.view().follows())))
    }),
    command("Character or skeleton", &[sign('B')], |session| {
        act(ViewAction::Show(if session.view().figure() == Figure::Mannequin { Figure::Skeleton } else { Figure::Mannequin }))
    }),
    command("Original as a ghost, or not", &[sign('G')], |session| act(toggled(session, Overlay::Original))),
    command("Onion skin: poses before and after, or not", &[sign('N')], |session| act(toggled(session, Overlay::OnionSkin))),
    command("Path on the floor, or not", &[sign('P')], |session| act(toggled(session, Overlay::RootPath))),
    command("Foot trails, or not", &[], |session| act(toggled(session, Overlay::FootTrails))),
    command("Slim mannequin", &[], |_| act(CharacterAction::MannequinBuild(-1.0))),
    command("Regular mannequin", &[], |_| act(CharacterAction::MannequinBuild(0.0))),
    command("Sturdy mannequin", &[], |_| act(CharacterAction::MannequinBuild(1.0))),
    command("Your own character…", &[], |_| act(CharacterAction::OpenCharacter)),
    command("Your own body…", &[], |_| act(CharacterAction::OpenBody)),
    command("Bones of your own character…", &[], |session| session.character().rigged().map(|_| MappingAction::EditMapping.into())),
    command("The mannequin instead of your own character", &[], |_| act(CharacterAction::DropBody)),
    command("Look from the front", &[ctrl('1')], |_| act(look(ViewAngle::Front))),
    command("Look from three quarters", &[ctrl('2')], |_| act(look(ViewAngle::ThreeQuarter))),
    command("Look from the side", &[ctrl('3')], |_| act(look(ViewAngle::Side))),
    command("Look from the back", &[ctrl('4')], |_| act(look(ViewAngle::Back))),
    command("Look from the top", &[ctrl('5')], |_| act(look(ViewAngle::Top))),
    always("New project", &[ctrl('N')], |_| act(ProjectAction::NewProject)),
    always("Open…", &[ctrl('O')], |_| act(ProjectAction::OpenProject)),
    always("Save as…", &[shift(ctrl('S'))], |_| act(ProjectAction::SaveProjectAs)),
    always("Save", &[ctrl('S')], |_| act(ProjectAction::SaveProject)),
    always("Import a motion…", &[ctrl('I')], |_| act(TakeAction::ImportFile)),
    always("Export…", &[ctrl('E')], |_| act(ExportAction::OpenExport)),
    command("Export all takes, a file each", &[], |session| {
        (session.timeline().take_count() > 0)
            .then(|| ExportAction::ExportAll(ExportOf::Takes, session.settings().export.folder.clone()).into())
    }),
    command("Cancel the export", &[], |_| act(ExportAction::CancelExport)),
    always("Larger text and buttons", &[ctrl('+'), ctrl('=')], |session| act(ViewAction::Scale(session.settings().scale + SCALE_STEP))),
    always("Smaller text and buttons", &[ctrl('-')], |session| act(ViewAction::Scale(session.settings().scale - SCALE_STEP))),
    always("Text and buttons as designed", &[ctrl('0')], |_| act(ViewAction::Scale(1.0))),
    always("Light or dark", &[shift(ctrl('L'))], |session| {
        act(ViewAction::Appearance(if session.is_light() { Appearance::Dark } else { Appearance::Light }))
    }),
    command("Light or dark as the system", &[], |_| act(ViewAction::Appearance(Appearance::System))),
    command("Stage in the quality that suits the graphics device", &[], |_| act(ViewAction::Quality(None))),
    command("Stage in low quality", &[], |_| act(ViewAction::Quality(Some(Quality::LOW)))),
    command("Stage in medium quality", &[], |_| act(ViewAction::Quality(Some(Quality::MEDIUM)))),
    command("Stage in high quality", &[], |_| act(ViewAction::Quality(Some(Quality::HIGH)))),
    always("Full screen, or a window", &[key(Key::F(11))], |session| act(ViewAction::FullScreen(!session.view().is_full_screen()))),
    command("Rate two models…", &[], |_| act(RatingAction::OpenRating)),
    command("Choose another model…", &[], |_| act(Action::Models(ModelAction::Menu))),
    command("Get a model…", &[], |_| act(Action::Models(ModelAction::OpenGet))),
    command("Import checkpoints…", &[], |_| act(Action::Models(ModelAction::OpenImport))),
    command("Sampling: temperature, top-p, top-k, guidance", &[], |_| act(DialogAction::OpenSampling)),
    command("Say the prompt in other words", &[], |_| act(DraftAction::Rewrite)),
    command("About the model and its licence", &[], |_| act(DialogAction::OpenModel)),
    always("Commands by name", &[ctrl('K'), shift(ctrl('P'))], |_| act(DialogAction::OpenPalette)),
    command("Keys", &[sign('?'), key(Key::F(1))], |_| act(DialogAction::OpenHelp)),
    always("Close", &[ctrl('Q')], |_| act(ProjectAction::Close)),
    command("Close whatever is unsaved", &[], |_| act(ProjectAction::Quit)),
];

fn previous_clip(session: &Session) -> Option<usize> {
    session.timeline().selected_clip().unwrap_or(session.timeline().clips().len()).checked_sub(1)
}

fn next_clip(session: &Session) -> usize {
    session.timeline().selected_clip().map_or(0, |place| place + 1)
}

fn zoom(session: &Session, factor: f32) -> TimelineAction {
    TimelineAction::ZoomTimeline { factor, around: session.view().player().at_secs() }
}

/// A tool in the hand, or out of it.
fn tool(session: &Session, tool: StageTool) -> ViewAction {
    ViewAction::Tool(if session.view().tool() == tool { StageTool::Camera } else { tool })
}

fn toggled(session: &Session, overlay: Overlay) -> ViewAction {
    ViewAction::Overlay(overlay, !session.settings().overlays.has(overlay))
}

fn look(angle: ViewAngle) -> ViewAction {
    ViewAction::Camera(CameraMove::LookFrom(angle))
}
