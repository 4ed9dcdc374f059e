//! Who is on the stage: a menu at the palette in the top bar, with the mannequin's look, or the user's own body or character; and what is
//! asked about its file.

use super::form;
use super::panel_view::PanelView;
use super::parts::{TextButton, choices, faint, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, EDGE, TEXT};
use crate::author::Action;
use crate::author::session::{Body, CharacterAction, DialogAction, MappingAction, OwnCharacter, PARTS, RiggedCharacter, TakeAction};
use crate::body::{BUILDS, COLORS, MannequinLook};
use crate::motion::mapping::Fingers;
use bevy_egui::egui::color_picker::{Alpha, color_picker_color32};
use bevy_egui::egui::{
    Align, Color32, Label, Layout, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, Sense, Slider, Stroke, Ui, WidgetInfo,
    WidgetType, vec2,
};
use std::path::Path;

const WIDTH: f32 = 236.0;
/// Height of what a file says of its rights, points.
const MOST_TEXT: f32 = 180.0;
/// How far the sliders of an own body reach, in deviations: most people lie within.
const REACH: f32 = 3.0;

pub(super) fn character_menu(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let button = icon_button(ui, Icon::Palette, "Colour, build, or your own character", 30.0, Emphasis::Quiet);
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).frame(theme::card());
    menu.show(|ui| contents(ui, view)).map_or_else(Vec::new, |shown| shown.inner)
}

fn contents(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    match view.session.character().own() {
        Some(OwnCharacter::Body(body)) => own_body(ui, body),
        Some(OwnCharacter::Rigged(rigged)) => rigged_character(ui, rigged),
        None => mannequin(ui, view.session.settings().character.mannequin),
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::medium(13.0)).color(TEXT));
}

fn mannequin(ui: &mut Ui, look: MannequinLook) -> Vec<Action> {
    let mut actions = Vec::new();
    heading(ui, "Colour");
    let own_id = ui.id().with("own colour");
    let mut picks: bool = ui.data(|data| data.get_temp(own_id)).unwrap_or(false);
    row(ui, 28.0, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (name, color) in COLORS {
            if swatch(ui, name, color, look.color == color).clicked() {
                actions.push(Action::Character(CharacterAction::MannequinColor(color)));
            }
        }
        let own = icon_button(ui, Icon::Palette, "Your own colour", 26.0, if picks { Emphasis::On } else { Emphasis::Quiet });
        if own.clicked() {
            picks = !picks;
            ui.data_mut(|data| data.insert_temp(own_id, picks));
        }
    });
    if picks {
        let [red, green, blue] = look.color;
        let mut color = Color32::from_rgb(red, green, blue);
        ui.spacing_mut().slider_width = 150.0;
        if color_picker_color32(ui, &mut color, Alpha::Opaque) {
            actions.push(Action::Character(CharacterAction::MannequinColor([color.r(), color.g(), color.b()])));
        }
    }
    ui.add_space(6.0);
    heading(ui, "Build");
    row(ui, 28.0, |ui| {
        let builds = BUILDS.map(|(name, build)| (build, name));
        if let Some(build) = choices(ui, &builds, Some(look.build)) {
            actions.push(Action::Character(CharacterAction::MannequinBuild(build)));
        }
    });
    let mut build = look.build;
    ui.spacing_mut().slider_width = WIDTH - 62.0;
    let slider = Slider::new(&mut build, -1.0..=1.0).fixed_decimals(2);
    if ui.add(slider).on_hover_text("Thicker or thinner; the motion stays the same").changed() {
        actions.push(Action::Character(CharacterAction::MannequinBuild(build)));
    }
    ui.add_space(6.0);
    if ui.add(TextButton { text: "Your own character…", main: false, min_width: 0.0, height: 26.0 }).clicked() {
        actions.push(Action::Character(CharacterAction::OpenCharacter));
    }
    if ui.add(TextButton { text: "Your own body…", main: false, min_width: 0.0, height: 26.0 }).clicked() {
        actions.push(Action::Character(CharacterAction::OpenBody));
    }
    actions
}

/// A colour to choose.
fn swatch(ui: &mut Ui, name: &str, [red, green, blue]: [u8; 3], chosen: bool) -> Response {
    let (place, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, name));
    let edge = if chosen { Stroke::new(2.0, ACCENT) } else { Stroke::new(1.0, EDGE) };
    let pointed = response.hovered() || response.has_focus();
    ui.painter().circle(place.center(), if pointed { 11.5 } else { 10.5 }, Color32::from_rgb(red, green, blue), edge);
    response.on_hover_text(name)
}

/// The file of an own character, with the ways to another one and back to the mannequin.
fn file_row(ui: &mut Ui, path: &Path, another: &str, open: CharacterAction) -> Vec<Action> {
    let mut actions = Vec::new();
    row(ui, 24.0, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "Back to the mannequin", 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Character(CharacterAction::DropBody));
            }
            if icon_button(ui, Icon::Again, another, 22.0, Emphasis::Quiet).clicked() {
                actions.push(Action::Character(open));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(soft(file_name(path))).truncate()).on_hover_text(path.display().to_string());
            });
        });
    });
    actions
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A rigged character: what was found in its file.
fn rigged_character(ui: &mut Ui, rigged: &RiggedCharacter) -> Vec<Action> {
    heading(ui, "Your own character");
    let mut actions = file_row(ui, rigged.path(), "Another character…", CharacterAction::OpenCharacter);
    let character = rigged.character();
    let triangles: usize = character.meshes().iter().map(|mesh| mesh.triangles.len()).sum();
    ui.label(soft(format!("{} of {PARTS} parts of the body found in a skeleton of {}", rigged.parts_found(), character.rig().len())));
    ui.label(faint(format!("{} meshes, {triangles} triangles", character.meshes().len())));
    if !rigged.rights().is_empty() || !rigged.notes().is_empty() {
        ui.add_space(4.0);
        ScrollArea::vertical().max_height(MOST_TEXT).show(ui, |ui| {
            rigged.notes().iter().for_each(|note| {
                ui.label(soft(note.as_str()));
            });
            rigged.rights().iter().for_each(|line| {
                ui.label(faint(line.as_str()));
            });
        });
    }
    ui.add_space(6.0);
    heading(ui, "Fingers");
    row(ui, 28.0, |ui| actions.extend(fingers(ui, rigged)));
    if let Some(preset) = rigged.mapping() {
        ui.label(faint(format!("Its bones by the preset “{}”", preset.name)));
    }
    let bones = TextButton { text: "Bones…", main: rigged.parts_found() < PARTS, min_width: 0.0, height: 26.0 };
    if ui.add(bones).on_hover_text("Which of its joints plays which part of the body: look, mend, keep").clicked() {
        actions.push(Action::Mapping(MappingAction::EditMapping));
    }
    if ui.add(TextButton { text: "Back to the mannequin", main: false, min_width: 0.0, height: 26.0 }).clicked() {
        actions.push(Action::Character(CharacterAction::DropBody));
    }
    actions
}

/// How a rigged character holds its fingers.
pub(super) fn fingers(ui: &mut Ui, rigged: &RiggedCharacter) -> Option<Action> {
    let held = [(Fingers::Rest, "Rest"), (Fingers::Relaxed, "Relaxed"), (Fingers::Fist, "Fist"), (Fingers::Flat, "Flat")];
    choices(ui, &held, Some(rigged.fingers())).map(|fingers| Action::Character(CharacterAction::Fingers(fingers)))
}

/// The skeleton of a file has parts that were not found.
pub(super) fn unmapped(ui: &mut Ui, path: &Path, trouble: &str) -> Vec<Action> {
    let sentence = format!("{trouble}. You can say which joint is which, once for all files with this skeleton.");
    form::heading(ui, "Whose bones are these?", &sentence);
    let map = Action::Mapping(MappingAction::EditMappingOf(path.to_owned()));
    form::buttons(ui, &[("Map its bones…", true, map), ("Leave it", true, Action::Dialog(DialogAction::CloseDialog))])
}

/// What becomes of a file that holds a character and motions.
pub(super) fn contents_of_file(ui: &mut Ui, path: &Path, animations: usize) -> Vec<Action> {
    let motions = if animations == 1 { "an animation".to_owned() } else { format!("{animations} animations") };
    form::heading(ui, "Character or motion?", &format!("{} holds a character and {motions}.", file_name(path)));
    let load = || Action::Character(CharacterAction::LoadCharacter(path.to_owned()));
    let import = || Action::Takes(TakeAction::Import(path.to_owned()));
    let close = Action::Dialog(DialogAction::CloseDialog);
    let mut actions = form::buttons(ui, &[("The character", true, load()), ("The motion", true, import()), ("Cancel", true, close)]);
    if ui.add(TextButton { text: "Both", main: false, min_width: 96.0, height: 34.0 }).clicked() {
        actions.extend([load(), import()]);
    }
    actions
}

/// The file of the character has moved.
pub(super) fn missing(ui: &mut Ui, path: &Path) -> Vec<Action> {
    let sentence = format!("{} is not there any more. Until it is found, the mannequin stands in for it.", path.display());
    form::heading(ui, "Where is your character?", &sentence);
    let find = Action::Character(CharacterAction::FindCharacter);
    let mannequin = Action::Character(CharacterAction::DropBody);
    let later = Action::Dialog(DialogAction::CloseDialog);
    form::buttons(ui, &[("Find…", true, find), ("Use the mannequin", true, mannequin), ("Later", true, later)])
}

fn own_body(ui: &mut Ui, body: &Body) -> Vec<Action> {
    heading(ui, "Your own body");
    let mut actions = file_row(ui, body.path(), "Another body…", CharacterAction::OpenBody);
    ui.spacing_mut().slider_width = (ui.available_width() - 96.0).max(40.0);
    for (number, deviations) in body.shape().iter().enumerate() {
        let mut deviations = *deviations;
        row(ui, 20.0, |ui| {
            ui.label(faint(format!("Shape {}", number + 1)));
            let slider = Slider::new(&mut deviations, -REACH..=REACH).fixed_decimals(1);
            if ui.add(slider).on_hover_text("In deviations from the mean body").changed() {
                actions.push(Action::Character(CharacterAction::BodyShape(number, deviations)));
            }
        });
    }
    actions
}
