//! What is asked about the project: its file, unsaved work, and work that a dead window left behind.

use super::form::{FIELD_HEIGHT, buttons, heading, path_field};
use super::parts::{TextButton, faint, row};
use crate::author::Action;
use crate::author::session::{CharacterAction, DialogAction, DraftAction, ProjectAction, TakeAction};
use crate::author::session::{FileClip, FilePurpose, Session};
use crate::formats::PROJECT_ENDING;
use bevy_egui::egui::{Align, Layout, ScrollArea, Ui};
use std::path::{Path, PathBuf};

/// Which of the animations of a file become takes.
pub(super) fn clip(ui: &mut Ui, path: &Path, clips: &[FileClip]) -> Vec<Action> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    heading(ui, "Which animation?", &format!("{name} has {}. What you choose becomes a take.", clips.len()));
    let import = |clips: &[FileClip]| {
        let clips = clips.iter().map(|clip| clip.number).collect();
        Action::Takes(TakeAction::ImportClips { path: path.to_owned(), clips })
    };
    let mut actions = Vec::new();
    ScrollArea::vertical().max_height((ui.ctx().viewport_rect().height() - 260.0).max(120.0)).show(ui, |ui| {
        for clip in clips {
            let text = format!("{} · {:.1} s", clip.name, clip.length.as_secs_f32());
            if ui.add(TextButton { text: &text, main: false, min_width: 0.0, height: 28.0 }).clicked() {
                actions.push(import(std::slice::from_ref(clip)));
            }
        }
    });
    ui.add_space(8.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(TextButton { text: "Cancel", main: true, min_width: 96.0, height: 34.0 }).clicked() {
            actions.push(Action::Dialog(DialogAction::CloseDialog));
        }
        if ui.add(TextButton { text: "All of them", main: false, min_width: 0.0, height: 34.0 }).clicked() {
            actions.push(import(clips));
        }
    });
    actions
}

/// Which file to save to, to open or to import; saving to one that is `taken` replaces it.
pub(super) fn file(ui: &mut Ui, path: &Path, purpose: FilePurpose, taken: bool) -> Vec<Action> {
    let (title, sentence, go, action): (_, _, _, fn(PathBuf) -> Action) = match purpose {
        FilePurpose::Open => ("Open a project", "A .zoetrope file: takes, clips and everything done to them.", "Open", |it| {
            Action::Project(ProjectAction::Open(it))
        }),
        FilePurpose::Import => ("Import a motion", "A .bvh, .glb, .npz or .npy file becomes a take.", "Import", |place| {
            Action::Takes(TakeAction::Import(place))
        }),
        FilePurpose::Body => (
            "Your own body",
            "A file of SMPL, SMPL-H or SMPL-X from its makers takes the mannequin's place, here and in exports. Only its arrays are read.",
            "Open",
            |place| Action::Character(CharacterAction::LoadBody(place)),
        ),
        FilePurpose::Character => (
            "Your own character",
            "A rigged character in a .glb, .gltf, .vrm or .fbx file takes the mannequin's place, here and in exports.",
            "Open",
            |place| Action::Character(CharacterAction::LoadCharacter(place)),
        ),
        FilePurpose::Rewriter => (
            "Your own language model",
            "A Llama in GGUF form says prompts in shorter and clearer words, when you ask it to.",
            "Choose",
            |path| Action::Draft(DraftAction::Rewriter(Some(path))),
        ),
        FilePurpose::Save | FilePurpose::Export | FilePurpose::ExportFolder | FilePurpose::Model(_) => {
            let go = if taken { "Replace" } else { "Save" };
            ("Save the project", "Takes, clips and everything done to them, in one .zoetrope file.", go, |it| {
                Action::Project(ProjectAction::Save(it))
            })
        }
    };
    heading(ui, title, sentence);
    let mut actions = Vec::new();
    let mut entered = false;
    row(ui, FIELD_HEIGHT, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(TextButton { text: "Browse…", main: false, min_width: 0.0, height: FIELD_HEIGHT }).clicked() {
                actions.push(Action::Dialog(DialogAction::BrowseFile));
            }
            let (written, done) = path_field(ui, "file path", path);
            actions.extend(written.map(|place| Action::Dialog(DialogAction::FilePath(place))));
            entered = done;
        });
    });
    let fits = match purpose {
        FilePurpose::Import | FilePurpose::Body | FilePurpose::Character | FilePurpose::Rewriter => path.file_name().is_some(),
        FilePurpose::Open | FilePurpose::Save | FilePurpose::Export | FilePurpose::ExportFolder | FilePurpose::Model(_) => {
            path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(PROJECT_ENDING)) && path.file_stem().is_some()
        }
    };
    if !fits && !matches!(purpose, FilePurpose::Import | FilePurpose::Body | FilePurpose::Character | FilePurpose::Rewriter) {
        ui.label(faint("The name ends in .zoetrope."));
    } else if taken {
        ui.label(faint("There is such a file; what it holds is replaced."));
    }
    actions.extend(buttons(ui, &[(go, fits, action(path.to_owned())), ("Cancel", true, Action::Dialog(DialogAction::CloseDialog))]));
    if entered && fits {
        actions.push(action(path.to_owned()));
    }
    actions
}

/// What becomes of unsaved work.
pub(super) fn unsaved(ui: &mut Ui, session: &Session) -> Vec<Action> {
    heading(ui, &format!("Save {}?", session.project().name()), "Without saving, what was done since it was saved last is lost.");
    let (save, drop) = (Action::Project(ProjectAction::Leave { saving: true }), Action::Project(ProjectAction::Leave { saving: false }));
    buttons(ui, &[("Save", true, save), ("Do not save", true, drop), ("Cancel", true, Action::Dialog(DialogAction::CloseDialog))])
}

/// Whether a file is saved over that somebody else has written.
pub(super) fn replace(ui: &mut Ui, path: &Path) -> Vec<Action> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sentence = "Another window or program has written this file since it was opened here. Replacing it loses what that one saved.";
    heading(ui, &format!("Replace {name}?"), sentence);
    let over = Action::Project(ProjectAction::SaveOver(path.to_owned()));
    buttons(
        ui,
        &[
            ("Save as…", true, Action::Project(ProjectAction::SaveProjectAs)),
            ("Replace", true, over),
            ("Cancel", true, Action::Dialog(DialogAction::CloseDialog)),
        ],
    )
}

/// What becomes of exports under way when the window closes.
pub(super) fn exporting(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let count = session.exports().under_way() + usize::from(session.models().work().is_some());
    let (them, under_way) = match session.models().work() {
        Some(work) if count == 1 => ("it is", format!("{} is not over.", work.title())),
        Some(work) => ("all is", format!("{} is not over, and exports are still being written.", work.title())),
        None if count == 1 => ("it is", "An export is still being written.".to_owned()),
        None => ("all is", format!("{count} exports are still being written.")),
    };
    heading(ui, "Close the window?", &under_way);
    let close = |waiting| Action::Project(ProjectAction::CloseExporting { waiting });
    let (wait, cancel) = (format!("Close when {them} done"), if count == 1 { "Cancel it and close" } else { "Cancel all and close" });
    let offered =
        [(wait.as_str(), true, close(true)), (cancel, true, close(false)), ("Stay", true, Action::Dialog(DialogAction::CloseDialog))];
    buttons(ui, &offered)
}

/// What becomes of the work of a window that died.
pub(super) fn recover(ui: &mut Ui, project: Option<&Path>) -> Vec<Action> {
    let of = project.map_or_else(|| "a project without a name".to_owned(), |path| path.display().to_string());
    heading(ui, "Recover unsaved work?", &format!("Zoetrope ended unexpectedly while it worked on {of}."));
    buttons(
        ui,
        &[
            ("Recover", true, Action::Project(ProjectAction::Recover(true))),
            ("Let it go", true, Action::Project(ProjectAction::Recover(false))),
        ],
    )
}
