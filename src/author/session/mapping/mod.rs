//! The mapping editor: which joint of a skeleton plays which part of the body, looked at, decided otherwise, tried out and kept.
//!
//! What is decided is undone here, in the editor, and nowhere else: a mapping is no part of the document.

mod editor;
mod walk;

pub(in crate::author::session) use editor::Mapped;
pub use editor::{MappingEditor, Outlines};

use super::desk::Desk;
use super::dialog::Dialog;
use super::own_character::RiggedCharacter;
use crate::formats;
use crate::library;
use crate::motion::Joint;
use crate::motion::mapping::{Preset, joint_at};
use crate::tasks::{Task, TaskKind, outcome, outcomes};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done with the mapping of a skeleton.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MappingAction {
    /// Look at the mapping of the character on the stage.
    EditMapping,
    /// Look at the mapping of a file: of a character, or of a motion.
    EditMappingOf(PathBuf),
    /// Choose the part that the next joint is for.
    ChoosePart(Joint),
    /// Have a joint of this name play a part, or none.
    AssignJoint(Joint, Option<String>),
    /// Left and right the other way round.
    ExchangeSides,
    /// As it was found.
    ResetMapping,
    /// Take the last step back.
    UndoMapping,
    /// Have it walk, or stand still.
    TryOut(bool),
    /// Name the preset.
    NameMapping(String),
    /// Keep the mapping as a preset, and use it.
    SaveMapping,
    /// Leave the editor; nothing is changed.
    LeaveMapping,
}

/// What is to be done with what was mapped.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// The character of this file is mapped so.
    Map(PathBuf, Box<Preset>),
    /// The motion of this file is imported.
    Import(PathBuf),
}

/// The mapping editor, where it is open.
#[derive(Debug, Default)]
pub struct Mappings {
    editor: Option<MappingEditor>,
    /// A file that is being looked at.
    opening: Option<Task<Mapped>>,
    /// Bodies that are made coarser, to be drawn.
    outlining: Option<Task<Outlines>>,
    /// Presets that are being written.
    writing: Vec<Task<PathBuf>>,
}

impl Mappings {
    /// The mapping that is looked at.
    #[must_use]
    pub fn editor(&self) -> Option<&MappingEditor> {
        self.editor.as_ref()
    }

    /// Whether somebody walks in the mapping that is looked at.
    #[must_use]
    pub fn is_trying(&self) -> bool {
        self.editor.as_ref().is_some_and(MappingEditor::is_trying)
    }

    /// Does an action, and answers what is to be done with what was mapped. `rigged` is the character on the stage.
    pub(super) fn apply(&mut self, action: MappingAction, rigged: Option<&RiggedCharacter>, desk: &mut Desk) -> Option<Then> {
        match (action, &mut self.editor) {
            (MappingAction::EditMapping, _) => match rigged {
                Some(rigged) => {
                    desk.dialog = Dialog::None;
                    self.edit(rigged.mapped(), desk);
                }
                None => desk.warn("choose a rigged character of your own first"),
            },
            (MappingAction::EditMappingOf(path), _) => {
                desk.dialog = Dialog::None;
                let presets = desk.presets.clone();
                let open = move || {
                    let mut mapped = open(path)?;
                    presets.decide(&mut mapped.rig);
                    Ok(mapped)
                };
                self.opening = Some(desk.tasks.run(TaskKind::READ, open));
            }
            (MappingAction::ChoosePart(part), Some(editor)) => editor.choose(part),
            (MappingAction::AssignJoint(part, None), Some(editor)) => editor.assign(part, None),
            (MappingAction::AssignJoint(part, Some(name)), Some(editor)) => match joint_at(editor.rig(), &name) {
                Some(joint) => editor.assign(part, Some(joint)),
                None => {
                    let file = editor.path().display();
                    desk.fail(format!("no joint is called {name:?}: {file}; its joints are in the list"));
                }
            },
            (MappingAction::ExchangeSides, Some(editor)) => editor.exchange(),
            (MappingAction::ResetMapping, Some(editor)) => editor.reset(),
            (MappingAction::UndoMapping, Some(editor)) => editor.undo(),
            (MappingAction::TryOut(walks), Some(editor)) => editor.try_out(walks, walk::walk),
            (MappingAction::NameMapping(name), Some(editor)) => editor.set_name(name),
            (MappingAction::SaveMapping, Some(_)) => return self.save(desk),
            (MappingAction::LeaveMapping, _) => self.editor = None,
            (_, None) => {}
        }
        None
    }

    fn edit(&mut self, mapped: Mapped, desk: &mut Desk) {
        let editor = MappingEditor::new(mapped);
        let meshes = Arc::clone(editor.meshes());
        self.outlining = Some(desk.tasks.run(TaskKind::READ, move || Ok(Outlines::of(&meshes))));
        self.editor = Some(editor);
    }

    fn save(&mut self, desk: &mut Desk) -> Option<Then> {
        let editor = self.editor.as_ref()?;
        if let Some(trouble) = editor.trouble_and_help() {
            desk.warn(trouble);
            return None;
        }
        let (preset, path, is_character) = (editor.preset(), editor.path().to_owned(), editor.is_character());
        self.editor = None;
        desk.presets.kept.retain(|other| other.skeleton != preset.skeleton);
        desk.presets.kept.insert(0, preset.clone());
        if let Some(folder) = desk.presets_folder.clone() {
            let preset = preset.clone();
            let keep = move || library::keep_mapping(&folder, &preset).map_err(|error| error.to_string());
            self.writing.push(desk.tasks.run(TaskKind::WRITE, keep));
        }
        Some(if is_character { Then::Map(path, Box::new(preset)) } else { Then::Import(path) })
    }

    /// Takes in what was opened and written, and lets the walk go on.
    pub(super) fn update(&mut self, delta_secs: f32, desk: &mut Desk) {
        match outcome(&mut self.opening) {
            Some(Ok(mapped)) => self.edit(mapped, desk),
            Some(Err(message)) => desk.fail(message),
            None => {}
        }
        match (outcome(&mut self.outlining), &mut self.editor) {
            (Some(Ok(outlines)), Some(editor)) => editor.set_outlines(outlines),
            (Some(Err(message)), _) => desk.fail(message),
            _ => {}
        }
        for kept in outcomes(&mut self.writing) {
            match kept {
                Ok(path) => desk.done(format!("kept the mapping: {}", path.display())),
                Err(message) => desk.fail(message),
            }
        }
        self.editor.iter_mut().for_each(|editor| editor.advance(delta_secs));
    }
}

/// What a file has to map: the skeleton of a character with meshes, else that of its motion.
fn open(path: PathBuf) -> Result<Mapped, String> {
    if formats::may_hold_character(&path)
        && let Ok(read) = formats::read_character(&path)
        && !read.meshes.is_empty()
    {
        return Ok(Mapped { path, rig: read.rig, meshes: Arc::new(read.meshes), is_character: true });
    }
    let rig = formats::read_rig(&path).map_err(|error| error.to_string())?;
    Ok(Mapped { path, rig, meshes: Arc::default(), is_character: false })
}
