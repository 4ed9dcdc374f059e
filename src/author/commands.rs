//! Everything that can be done by name: the one table behind keys, the menu, the list of keys and the command palette.

use super::Action;
use super::export::ExportOf;
use super::key::{Key, Shortcut};
use super::session::{ModelAction, Overlay, Session};
use super::settings::Appearance;
use crate::view::{CameraMove, Figure, Quality, ViewAngle};

/// How much one press of a key zooms.
const KEY_ZOOM: f32 = 1.25;
/// How much one press of a key enlarges text and buttons.
const SCALE_STEP: f32 = 0.125;

/// Something that can be done by name.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// What it does.
    pub name: &'static str,
    /// Its keys; the first one is shown.
    pub shortcuts: &'static [Shortcut],
    /// Whether its keys work while somebody writes, too.
    pub always: bool,
    action: fn(&Session) -> Option<Action>,
}

impl Command {
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
pub fn found(session: &Session, written: &str) -> Vec<(&'static Command, Action)> {
    let fits = |command: &'static Command| Some((command.fit(written)?, command, command.action(session)?));
    let mut found: Vec<_> = COMMANDS.iter().filter_map(fits).collect();
    found.sort_by_key(|(fit, ..)| std::cmp::Reverse(*fit));
    found.into_iter().map(|(_, command, action)| (command, action)).collect()
}

/// The command that does this.
#[must_use]
pub fn of(session: &Session, action: &Action) -> Option<&'static Command> {
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

const fn command(name: &'static str, shortcuts: &'static [Shortcut], action: fn(&Session) -> Option<Action>) -> Command {
    Command { name, shortcuts, always: false, action }
}

const fn always(name: &'static str, shortcuts: &'static [Shortcut], action: fn(&Session) -> Option<Action>) -> Command {
    Command { name, shortcuts, always: true, action }
}

/// All of them, as the list of keys shows them. Keys with Shift stand before the same ones without.
pub const COMMANDS: &[Command] = &[
    always("A clip for each action of the prompt", &[shift(ctrl('G'))], |_| Some(Action::LayOut)),
    always("Generate", &[ctrl('G')], |_| Some(Action::Generate)),
    command("Continue behind the selected clip", &[], |_| Some(Action::Continue)),
    command("Read prompts word by word, or as they are understood", &[], |session| Some(Action::Literal(!session.draft.literal))),
    command("Stop generating", &[], |_| Some(Action::Cancel)),
    command("Play or pause", &[key(Key::Space)], |_| Some(Action::TogglePlay)),
    command("Play", &[], |_| Some(Action::Play)),
    command("Pause", &[], |_| Some(Action::Pause)),
    command("Ten frames back", &[shift(key(Key::Left))], |_| Some(Action::Step(-10))),
    command("Ten frames on", &[shift(key(Key::Right))], |_| Some(Action::Step(10))),
    command("One frame back", &[key(Key::Left)], |_| Some(Action::Step(-1))),
    command("One frame on", &[key(Key::Right)], |_| Some(Action::Step(1))),
    command("First frame that is played", &[key(Key::Home)], |_| Some(Action::ToStart)),
    command("Last frame that is played", &[key(Key::End)], |_| Some(Action::ToEnd)),
    command("Play round and round, or once", &[sign('L')], |session| Some(Action::Loop(!session.player.looping()))),
    command("Play at a quarter of the speed", &[], |_| Some(Action::Speed(0.25))),
    command("Play at half speed", &[], |_| Some(Action::Speed(0.5))),
    command("Play at real speed", &[], |_| Some(Action::Speed(1.0))),
    command("Previous take", &[key(Key::Up)], |session| {
        Some(Action::Select(session.shown_index().unwrap_or(session.take_count()).checked_sub(1)?))
    }),
    command("Next take", &[key(Key::Down)], |session| Some(Action::Select(session.shown_index().map_or(0, |index| index + 1)))),
    command("Takes of one prompt side by side, or one", &[sign('V')], |session| Some(Action::SideBySide(session.row().is_none()))),
    command("Like the shown take, or no longer", &[], |session| {
        let index = session.shown_index()?;
        Some(Action::Favourite(index, !session.take_at(index)?.favourite))
    }),
    command("List favourites only, or all takes", &[], |session| Some(Action::OnlyFavourites(!session.filter.favourites))),
    command("Make the shown take again with another seed", &[], |session| session.shown_index().map(Action::Again)),
    command("Clean the shown take up with the published remove-sliding", &[], |session| session.shown_index().map(Action::RemoveSliding)),
    command("Add the shown take to the timeline", &[], |session| session.shown_index().map(Action::AddToTimeline)),
    command("Show the timeline", &[sign('T')], |_| Some(Action::ShowTimeline)),
    command("Select clips up to the previous one too", &[shift(key(Key::PageUp))], |session| previous_clip(session).map(Action::SelectTo)),
    command("Select clips up to the next one too", &[shift(key(Key::PageDown))], |session| Some(Action::SelectTo(next_clip(session)))),
    command("Previous clip", &[key(Key::PageUp)], |session| previous_clip(session).map(Action::SelectClip)),
    command("Next clip", &[key(Key::PageDown)], |session| Some(Action::SelectClip(next_clip(session)))),
    command("Select all clips", &[ctrl('A')], |_| Some(Action::SelectAll)),
    command("Select no clip", &[], |_| Some(Action::SelectNone)),
    command("Split at the play head", &[sign('S')], |_| Some(Action::Split)),
    command("Begin the clip at the play head", &[sign('[')], |_| Some(Action::TrimStartHere)),
    command("End the clip at the play head", &[sign(']')], |_| Some(Action::TrimEndHere)),
    command("Play and export from here", &[sign('I')], |_| Some(Action::InPoint)),
    command("Play and export up to here", &[sign('O')], |_| Some(Action::OutPoint)),
    command("Play and export all", &[sign('X')], |_| Some(Action::ClearRange)),
    command("Move the selected clips earlier", &[key(Key::Left).with_alt()], |session| {
        let first = session.clips().iter().position(|clip| session.is_selected(clip.id))?;
        Some(Action::MoveClip { clip: session.selected_clip()?, to: first.saturating_sub(1) })
    }),
    command("Move the selected clips later", &[key(Key::Right).with_alt()], |session| {
        let last = session.clips().iter().rposition(|clip| session.is_selected(clip.id))?;
        Some(Action::MoveClip { clip: session.selected_clip()?, to: last + 2 })
    }),
    command("Make the selected clip anew in its place", &[], |session| session.selected_clip().map(|_| Action::Anew)),
    command("Duplicate the selected clips", &[ctrl('D')], |_| Some(Action::Duplicate)),
    command("Remove the shown take, or the selected clips", &[key(Key::Delete)], |session| {
        Some(session.shown_index().map_or(Action::Delete, Action::Remove))
    }),
    command("Remove the selected clips", &[], |_| Some(Action::Delete)),
    command("Redo", &[ctrl('Y'), shift(ctrl('Z'))], |_| Some(Action::Redo)),
    command("Undo", &[ctrl('Z')], |_| Some(Action::Undo)),
    command("Find the best loop of the selected clip", &[sign('R')], |session| session.selected_clip().map(Action::FindLoop)),
    command("Less of the timeline", &[sign('+'), sign('=')], |session| Some(zoom(session, 1.0 / KEY_ZOOM))),
    command("More of the timeline", &[sign('-')], |session| Some(zoom(session, KEY_ZOOM))),
    command("All of the timeline", &[sign('0')], |_| Some(Action::FitTimeline)),
    command("Follow the character, or stay", &[sign('F')], |session| Some(Action::Camera(CameraMove::Follow(!session.follow)))),
    command("Character or skeleton", &[sign('B')], |session| {
        Some(Action::Show(if session.figure == Figure::Mannequin { Figure::Skeleton } else { Figure::Mannequin }))
    }),
    command("Original as a ghost, or not", &[sign('G')], |session| Some(toggled(session, Overlay::Original))),
    command("Onion skin: poses before and after, or not", &[sign('N')], |session| Some(toggled(session, Overlay::OnionSkin))),
    command("Path on the floor, or not", &[sign('P')], |session| Some(toggled(session, Overlay::RootPath))),
    command("Foot trails, or not", &[], |session| Some(toggled(session, Overlay::FootTrails))),
    command("Slim mannequin", &[], |_| Some(Action::MannequinBuild(-1.0))),
    command("Regular mannequin", &[], |_| Some(Action::MannequinBuild(0.0))),
    command("Sturdy mannequin", &[], |_| Some(Action::MannequinBuild(1.0))),
    command("Your own body…", &[], |_| Some(Action::OpenBody)),
    command("The mannequin instead of your own body", &[], |_| Some(Action::DropBody)),
    command("Look from the front", &[ctrl('1')], |_| Some(look(ViewAngle::Front))),
    command("Look from three quarters", &[ctrl('2')], |_| Some(look(ViewAngle::ThreeQuarter))),
    command("Look from the side", &[ctrl('3')], |_| Some(look(ViewAngle::Side))),
    command("Look from the back", &[ctrl('4')], |_| Some(look(ViewAngle::Back))),
    command("Look from the top", &[ctrl('5')], |_| Some(look(ViewAngle::Top))),
    always("New project", &[ctrl('N')], |_| Some(Action::NewProject)),
    always("Open…", &[ctrl('O')], |_| Some(Action::OpenProject)),
    always("Save as…", &[shift(ctrl('S'))], |_| Some(Action::SaveProjectAs)),
    always("Save", &[ctrl('S')], |_| Some(Action::SaveProject)),
    always("Import a motion…", &[ctrl('I')], |_| Some(Action::ImportFile)),
    always("Export…", &[ctrl('E')], |_| Some(Action::OpenExport)),
    command("Export all takes, a file each", &[], |session| {
        (session.take_count() > 0).then(|| Action::ExportAll(ExportOf::Takes, session.export_choices().folder.clone()))
    }),
    command("Cancel the export", &[], |_| Some(Action::CancelExport)),
    always("Larger text and buttons", &[ctrl('+'), ctrl('=')], |session| Some(Action::Scale(session.settings.scale + SCALE_STEP))),
    always("Smaller text and buttons", &[ctrl('-')], |session| Some(Action::Scale(session.settings.scale - SCALE_STEP))),
    always("Text and buttons as designed", &[ctrl('0')], |_| Some(Action::Scale(1.0))),
    always("Light or dark", &[shift(ctrl('L'))], |session| {
        Some(Action::Appearance(if session.is_light() { Appearance::Dark } else { Appearance::Light }))
    }),
    command("Light or dark as the system", &[], |_| Some(Action::Appearance(Appearance::System))),
    command("Stage in the quality that suits the graphics device", &[], |_| Some(Action::Quality(None))),
    command("Stage in low quality", &[], |_| Some(Action::Quality(Some(Quality::LOW)))),
    command("Stage in medium quality", &[], |_| Some(Action::Quality(Some(Quality::MEDIUM)))),
    command("Stage in high quality", &[], |_| Some(Action::Quality(Some(Quality::HIGH)))),
    always("Full screen, or a window", &[key(Key::F(11))], |session| Some(Action::FullScreen(!session.full_screen))),
    command("Rate two models…", &[], |_| Some(Action::OpenRating)),
    command("Choose another model…", &[], |_| Some(Action::Models(ModelAction::Menu))),
    command("Get a model…", &[], |_| Some(Action::Models(ModelAction::OpenGet))),
    command("Import checkpoints…", &[], |_| Some(Action::Models(ModelAction::OpenImport))),
    command("Sampling: temperature, top-p, top-k, guidance", &[], |_| Some(Action::OpenSampling)),
    command("Say the prompt in other words", &[], |_| Some(Action::Rewrite)),
    command("About the model and its licence", &[], |_| Some(Action::OpenModel)),
    always("Commands by name", &[ctrl('K'), shift(ctrl('P'))], |_| Some(Action::OpenPalette)),
    command("Keys", &[sign('?'), key(Key::F(1))], |_| Some(Action::OpenHelp)),
    always("Close", &[ctrl('Q')], |_| Some(Action::Close)),
    command("Close whatever is unsaved", &[], |_| Some(Action::Quit)),
];

fn previous_clip(session: &Session) -> Option<usize> {
    session.selected_clip().unwrap_or(session.clips().len()).checked_sub(1)
}

fn next_clip(session: &Session) -> usize {
    session.selected_clip().map_or(0, |place| place + 1)
}

fn zoom(session: &Session, factor: f32) -> Action {
    Action::ZoomTimeline { factor, around: session.player.at_secs() }
}

fn toggled(session: &Session, overlay: Overlay) -> Action {
    Action::Overlay(overlay, !session.settings.overlays.has(overlay))
}

fn look(angle: ViewAngle) -> Action {
    Action::Camera(CameraMove::LookFrom(angle))
}
