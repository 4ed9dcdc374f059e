//! The export dialog: what, as which kind of file, how it is written, and where to.

use super::form::{FIELD_HEIGHT, path_field};
use super::parts::{TextButton, choices, faint, row, soft};
use crate::app::theme::{self, ACCENT, EDGE, SUNKEN, TEXT};
use crate::author::Action;
use crate::author::export::choices::{FILM_RATES, FILM_SIZES, LEAD_IN_MS, RATES};
use crate::author::export::names::file_stems;
use crate::author::export::{ExportChoices, ExportOf, FileKind};
use crate::author::session::{DialogAction, ExportAction, RiggedCharacter, Session};
use crate::formats::{Contents, Program, Units};
use crate::motion::NameStyle;
use crate::timeline::{Provenance, Request};
use bevy_egui::egui::{Align, ComboBox, Frame, Id, Label, Layout, Margin, RichText, Sense, Stroke, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

/// Width of the dialog and of the names of its rows, points.
const WIDTH: f32 = 560.0;
const LABEL_WIDTH: f32 = 78.0;
/// A row of choices, points.
const ROW_HEIGHT: f32 = 28.0;
/// Rows of options of the kind of file that has the most: the dialog does not jump when another is chosen.
const MOST_OPTIONS: f32 = 4.0;

pub(super) fn export(ui: &mut Ui, session: &Session, of: ExportOf, path: &Path, taken: bool) -> Vec<Action> {
    let mut form = Form { session, of, path, choices: session.settings().export.clone(), actions: Vec::new() };
    ui.set_width(WIDTH);
    ui.label(RichText::new("Export").font(theme::medium(18.0)).color(TEXT));
    let Some((provenance, frames)) = session.export_subject().provenance() else { return vec![Action::Dialog(DialogAction::CloseDialog)] };
    ui.spacing_mut().item_spacing.y = 6.0;
    form.what(ui, &provenance.prompt());
    form.kind(ui);
    let top = ui.cursor().top();
    form.options(ui);
    ui.add_space((MOST_OPTIONS * (ROW_HEIGHT + 6.0) - (ui.cursor().top() - top)).max(0.0));
    let entered = if form.is_one_file() { form.file(ui) } else { form.folder(ui) };
    form.summary(ui, frames, taken);
    let licence = format!("{}, {}", provenance.model, provenance.licence);
    let is_film = form.kind_of_file().is_some_and(FileKind::is_film);
    ui.label(faint(if is_film {
        format!("Made with {licence}")
    } else {
        format!("The file carries the model's name and licence: {licence}")
    }));
    ui.add_space(4.0);
    form.buttons(ui, taken, entered);
    let Form { choices, mut actions, .. } = form;
    if choices != session.settings().export {
        actions.push(Action::Exports(ExportAction::ExportSettings(choices)));
    }
    actions
}

/// The dialog under way: what was chosen in this pass.
struct Form<'a> {
    session: &'a Session,
    of: ExportOf,
    path: &'a Path,
    choices: ExportChoices,
    actions: Vec<Action>,
}

impl Form<'_> {
    /// Whether several takes become animations of one file.
    fn is_together(&self) -> bool {
        self.choices.is_together(self.of, self.path)
    }

    fn is_one_file(&self) -> bool {
        self.of == ExportOf::Shown || self.is_together()
    }

    fn kind_of_file(&self) -> Option<FileKind> {
        if self.is_one_file() { FileKind::of(self.path) } else { Some(self.session.export_subject().kind_of_several()) }
    }

    fn what(&mut self, ui: &mut Ui, prompt: &str) {
        let shown = ("What is shown".to_owned(), ExportOf::Shown);
        let several = [("All takes", ExportOf::Takes), ("Favourites", ExportOf::Favourites), ("Clips", ExportOf::Clips)];
        let several = several.map(|(name, of)| (format!("{name} · {}", self.session.export_subject().count(of)), of));
        let offered: Vec<(String, ExportOf)> =
            std::iter::once(shown).chain(several.into_iter().filter(|(_, of)| self.session.export_subject().count(*of) > 0)).collect();
        let offered: Vec<(ExportOf, &str)> = offered.iter().map(|(name, of)| (*of, name.as_str())).collect();
        named(ui, "What", |ui| {
            self.actions.extend(choices(ui, &offered, Some(self.of)).map(|place| Action::Exports(ExportAction::ExportOf(place))));
        });
        if self.of != ExportOf::Shown && FileKind::of(self.path).is_some_and(FileKind::holds_several) {
            let ways = [(false, "A file each"), (true, "One file, an animation each")];
            named(ui, "As", |ui| {
                self.choices.together = choices(ui, &ways, Some(self.choices.together)).unwrap_or(self.choices.together);
            });
            return;
        }
        let text = if self.of == ExportOf::Shown {
            format!("“{prompt}”")
        } else {
            "each as a file of its own, named by the pattern".to_owned()
        };
        named(ui, "", |ui| ui.add(Label::new(faint(&text)).truncate()).on_hover_text(text));
    }

    fn kind(&mut self, ui: &mut Ui) {
        let kinds: Vec<(FileKind, &str)> = FileKind::ALL
            .iter()
            .filter(|(kind, ..)| (self.of == ExportOf::Shown || !kind.is_film()) && self.session.export_subject().can_be(*kind))
            .map(|(kind, name, _)| (*kind, *name))
            .collect();
        let chosen = self.kind_of_file();
        named(ui, "For", |ui| self.program(ui));
        named(ui, "Format", |ui| {
            if let Some(kind) = choices(ui, &kinds, chosen) {
                self.choices.kind = kind;
            }
        });
        let who = FileKind::ALL.iter().find(|(kind, ..)| Some(*kind) == chosen).map(|(_, _, who)| *who);
        named(ui, "", |ui| {
            ui.label(faint(
                who.unwrap_or("the ending chooses the format: .glb, .fbx, .usda, .usdz, .vrma, .bvh, .npz, .npy, .mp4, .webm, .gif or .png; .vrm or .gltf as your character"),
            ))
        });
    }

    /// The program that it is for, which chooses the rest.
    fn program(&mut self, ui: &mut Ui) {
        let label = |program: Option<Program>| program.map_or("Which program?", Program::label);
        let mut asked = None;
        ComboBox::from_id_salt("program").width(160.0).selected_text(label(self.choices.program)).show_ui(ui, |ui| {
            for program in Program::ALL {
                if ui.selectable_label(self.choices.program == Some(program), program.label()).clicked() {
                    asked = Some(program);
                }
            }
        });
        if let Some(program) = asked {
            self.choices = std::mem::take(&mut self.choices).for_program(program);
        }
        ui.add_space(6.0);
        ui.label(faint("sets what follows; change any of it"));
    }

    /// What this kind of file has to choose.
    fn options(&mut self, ui: &mut Ui) {
        let kind = self.kind_of_file().unwrap_or_default();
        if kind.is_film() {
            return self.film(ui, kind);
        }
        if kind.has_contents() {
            let contents = [(Contents::Character, "Character"), (Contents::Skeleton, "Skeleton"), (Contents::Animation, "Animation only")];
            let about = "the skinned character; its skeleton; or no more than the animation, for an engine that has a character";
            self.choose(ui, "Contents", about, &contents, |choices| &mut choices.contents);
        }
        match self.session.character().rigged() {
            Some(rigged) if kind.has_bones() => self.fingers(ui, rigged),
            _ if kind.has_bones() => self.names(ui),
            _ => {}
        }
        named(ui, "Rate", |ui| {
            if kind.has_rate() {
                let rates = RATES.map(|fps| (fps, fps.to_string()));
                let rates: Vec<(u16, &str)> = rates.iter().map(|(fps, name)| (*fps, name.as_str())).collect();
                self.choices.fps = choices(ui, &rates, Some(self.choices.fps)).unwrap_or(self.choices.fps);
                ui.add_space(6.0);
                ui.label(faint("frames a second"));
            } else {
                ui.label(faint("always 30 frames a second"));
            }
            if kind == FileKind::Bvh {
                ui.add_space(18.0);
                ui.label(soft("Units").size(12.5));
                ui.add_space(6.0);
                let units = [(Units::Cm, "cm"), (Units::M, "m")];
                self.choices.units = choices(ui, &units, Some(self.choices.units)).unwrap_or(self.choices.units);
            }
        });
        named(ui, "Motion", |ui| {
            let about = "the root keeps its place on the floor, for characters that a game moves";
            ui.checkbox(&mut self.choices.in_place, soft("In place").size(12.5)).on_hover_text(about);
            ui.add_space(12.0);
            let mut leads_in = self.choices.lead_in_ms > 0;
            let about = "half a second from standing still to the first pose, in front: for robots and physics";
            if ui.checkbox(&mut leads_in, soft("Lead-in").size(12.5)).on_hover_text(about).changed() {
                self.choices.lead_in_ms = if leads_in { LEAD_IN_MS } else { 0 };
            }
            ui.add_space(12.0);
            self.range(ui);
        });
    }

    fn range(&mut self, ui: &mut Ui) {
        if self.of == ExportOf::Shown && self.session.export_subject().has_range() {
            let ranges = [(false, "In to out"), (true, "All of the timeline")];
            self.choices.whole = choices(ui, &ranges, Some(self.choices.whole)).unwrap_or(self.choices.whole);
        }
    }

    /// What pictures of the stage have to choose.
    fn film(&mut self, ui: &mut Ui, kind: FileKind) {
        named(ui, "Size", |ui| {
            let sizes = FILM_SIZES.map(|(width, height)| ((width, height), format!("{width} × {height}")));
            let sizes: Vec<((u32, u32), &str)> = sizes.iter().map(|(size, name)| (*size, name.as_str())).collect();
            self.choices.film_size = choices(ui, &sizes, Some(self.choices.film_size)).unwrap_or(self.choices.film_size);
        });
        named(ui, "Rate", |ui| {
            let rates = FILM_RATES.map(|fps| (fps, fps.to_string()));
            let possible = |fps: u16| kind != FileKind::Gif || f32::from(fps) <= 50.0;
            let rates: Vec<(u16, &str)> = rates.iter().filter(|(fps, _)| possible(*fps)).map(|(fps, name)| (*fps, name.as_str())).collect();
            let chosen = self.choices.fps_of(kind) as u16;
            self.choices.film_fps = choices(ui, &rates, Some(chosen)).unwrap_or(self.choices.film_fps);
            ui.add_space(6.0);
            ui.label(faint("pictures a second"));
        });
        if self.session.export_subject().has_range() {
            named(ui, "Range", |ui| self.range(ui));
        }
    }

    /// A rigged character has names of its own, and perhaps fingers.
    fn fingers(&mut self, ui: &mut Ui, rigged: &RiggedCharacter) {
        named(ui, "Fingers", |ui| {
            let chosen = super::character::fingers(ui, rigged);
            self.actions.extend(chosen);
            ui.add_space(12.0);
            ui.label(faint("bones keep the names of your own character"));
        });
    }

    fn names(&mut self, ui: &mut Ui) {
        named(ui, "Names", |ui| {
            let names = [(NameStyle::Smpl, "SMPL"), (NameStyle::Mixamo, "Mixamo"), (NameStyle::Unreal, "Unreal")];
            let about = "SMPL: research and Blender add-ons. Mixamo: Unity, HumanIK, MotionBuilder. Unreal: its mannequin";
            if let Some(names) = ui.scope(|ui| choices(ui, &names, Some(self.choices.names))).inner {
                self.choices = std::mem::take(&mut self.choices).with_names(names);
            }
            ui.add_space(12.0);
            let root = ui.checkbox(&mut self.choices.root_bone, soft("Root bone").size(12.5));
            root.on_hover_text(format!("a bone under the pelvis that carries the ground motion, as Unreal wants it.\n{about}"));
        });
    }

    fn choose<T: Copy + PartialEq>(
        &mut self,
        ui: &mut Ui,
        name: &str,
        about: &str,
        options: &[(T, &str)],
        field: fn(&mut ExportChoices) -> &mut T,
    ) {
        let value = field(&mut self.choices);
        let shown = named(ui, name, |ui| ui.scope(|ui| choices(ui, options, Some(*value))));
        *value = shown.inner.unwrap_or(*value);
        shown.response.on_hover_text(about);
    }

    /// The file's path, and the pattern of names where it holds several; whether Enter ended one of them.
    fn file(&mut self, ui: &mut Ui) -> bool {
        let pattern_entered = self.is_together() && self.pattern(ui);
        let (written, entered) = self.path_row(ui, "File", "export path", self.path);
        self.actions.extend(written.map(|place| Action::Exports(ExportAction::ExportPath(place))));
        entered || pattern_entered
    }

    /// The folder and the pattern of names; whether Enter ended one of them.
    fn folder(&mut self, ui: &mut Ui) -> bool {
        let pattern_entered = self.pattern(ui);
        let (written, entered) = self.path_row(ui, "Folder", "export folder", &self.choices.folder.clone());
        if let Some(folder) = written {
            self.choices.folder = folder;
        }
        entered || pattern_entered
    }

    /// The pattern of names; whether Enter ended it.
    fn pattern(&mut self, ui: &mut Ui) -> bool {
        let mut pattern_entered = false;
        named(ui, "Pattern", |ui| {
            let frame =
                Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(10, 5));
            let field = TextEdit::singleline(&mut self.choices.pattern).id(Id::new("export pattern")).frame(frame);
            let response = ui.add(field.desired_width(ui.available_width()));
            pattern_entered = response.lost_focus() && ui.input(|input| input.key_pressed(bevy_egui::egui::Key::Enter));
            response.on_hover_text("{number}, {prompt}, {seed} and {model} stand for what they say");
        });
        pattern_entered
    }

    fn path_row(&mut self, ui: &mut Ui, name: &str, id: &str, path: &Path) -> (Option<PathBuf>, bool) {
        row(ui, FIELD_HEIGHT, |ui| {
            row_name(ui, name);
            // From the right, so that the field takes what the button leaves.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(TextButton { text: "Browse…", main: false, min_width: 0.0, height: FIELD_HEIGHT }).clicked() {
                    self.actions.push(Action::Exports(ExportAction::BrowseExportPath));
                }
                path_field(ui, id, path)
            })
            .inner
        })
    }

    /// What will be written, in a line.
    fn summary(&self, ui: &mut Ui, frames: usize, taken: bool) {
        let text = if self.of == ExportOf::Shown {
            Ok(self.choices.summary(self.path, frames, self.session.character().rigged().map(|rigged| rigged.character().rig().len())))
        } else {
            let origin = Request { seed: 7, ..Request::new("a person walks") }.into();
            let example = Provenance { origin, ..Provenance::default() };
            let count = self.session.export_subject().count(self.of);
            let plural = if count == 1 { "" } else { "s" };
            file_stems(&self.choices.pattern, &[&example]).map(|stems| {
                if self.is_together() {
                    let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                    return format!("{name}  ·  {count} animation{plural} such as {}", stems[0]);
                }
                format!(
                    "{count} file{plural} such as {}.{}; what is there already stays",
                    stems[0],
                    self.kind_of_file().unwrap_or_default().ending()
                )
            })
        };
        let frame = Frame::new().fill(SUNKEN.color()).corner_radius(8).inner_margin(Margin::symmetric(10, 7));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            let (text, color) = match text {
                Ok(text) if taken && self.is_one_file() => (format!("{text}  ·  replaces the file that is there"), ACCENT),
                Ok(text) => (text, TEXT),
                Err(fault) => (fault, ACCENT),
            };
            ui.add(Label::new(RichText::new(&text).size(12.5).color(color)).truncate()).on_hover_text(text);
        });
    }

    fn buttons(&mut self, ui: &mut Ui, taken: bool, entered: bool) {
        row(ui, 34.0, |ui| {
            if self.of == ExportOf::Shown {
                let is_film = FileKind::of(self.path).is_some_and(FileKind::is_film);
                let why_not = if is_film {
                    "Only the window sees what its camera sees"
                } else {
                    "Save the project first: the command reads it from its file"
                };
                let has_command = self.session.export_subject().command(self.path).is_some();
                let copy = ui.add_enabled(has_command, TextButton { text: "Copy command line", main: false, min_width: 0.0, height: 34.0 });
                let copy = copy.on_hover_text("The command that writes the same file without the window");
                if copy.on_disabled_hover_text(why_not).clicked() {
                    self.actions.push(Action::Exports(ExportAction::CopyCommand));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let can_save = !self.is_one_file() || FileKind::of(self.path).is_some();
                let text = if taken && self.is_one_file() { "Replace" } else { "Save" };
                let save = ui.add_enabled(can_save, TextButton { text, main: true, min_width: 96.0, height: 34.0 });
                if save.clicked() || (entered && can_save) {
                    self.actions.push(match self.of {
                        ExportOf::Shown => Action::Exports(ExportAction::Export(self.path.to_owned())),
                        of if self.is_together() => Action::Exports(ExportAction::ExportTogether(of, self.path.to_owned())),
                        of => Action::Exports(ExportAction::ExportAll(of, self.choices.folder.clone())),
                    });
                }
                if ui.add(TextButton { text: "Cancel", main: false, min_width: 0.0, height: 34.0 }).clicked() {
                    self.actions.push(Action::Dialog(DialogAction::CloseDialog));
                }
            });
        });
    }
}

/// A row of the dialog with its name.
fn named<R>(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let height = if name.is_empty() { 16.0 } else { ROW_HEIGHT };
    row(ui, height, |ui| {
        row_name(ui, name);
        contents(ui)
    })
}

fn row_name(ui: &mut Ui, name: &str) {
    let (place, _) = ui.allocate_exact_size(vec2(LABEL_WIDTH, ROW_HEIGHT.min(ui.available_height())), Sense::hover());
    let font = theme::regular(12.5);
    ui.painter().text(place.left_center(), bevy_egui::egui::Align2::LEFT_CENTER, name, font, theme::TEXT_SOFT.color());
}
