//! Models: the menu at the model's name, what can be fetched, and the form for checkpoints.

use super::form::{FIELD_HEIGHT, buttons, heading, path_field};
use super::panel_view::PanelView;
use super::parts::{TextButton, choices, faint, progress_line, row, soft};
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::theme::{self, ACCENT, DONE, EDGE, RAISED, SUNKEN, TEXT, TEXT_FAINT, TEXT_SOFT, TROUBLE};
use crate::author::Action;
use crate::author::session::DialogAction;
use crate::author::session::{
    Dialog, FormAction, ImportForm, ImportPart, InstalledModel, ModelAction, ModelDialog, ModelState, OfferedModel, Precision, Session,
};
use bevy_egui::egui::{
    Align, Color32, CornerRadius, DragValue, Frame, Id, Label, Layout, Margin, Popup, PopupCloseBehavior, Response, RichText, ScrollArea,
    Sense, Stroke, TextEdit, Ui, UiBuilder, WidgetInfo, WidgetType, pos2, vec2,
};

const MENU_WIDTH: f32 = 460.0;
const FORM_WIDTH: f32 = 560.0;
const ROW_HEIGHT: f32 = 50.0;

/// The menu under the model's name, while it is open.
pub(super) fn model_menu(view: &PanelView<'_>, name: &Response) -> Vec<Action> {
    if *view.session.dialog() != Dialog::Models(ModelDialog::Menu) {
        return Vec::new();
    }
    let mut open = true;
    let menu = Popup::from_response(name).open_bool(&mut open).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let shown = menu.frame(theme::card().fill(theme::PANEL.color())).show(|ui| menu_contents(ui, view.session));
    let mut actions = shown.map_or_else(Vec::new, |shown| shown.inner);
    // The click that opens it is outside of it, too.
    if !open && !name.clicked() {
        actions.push(Action::Dialog(DialogAction::CloseDialog));
    }
    actions
}

fn menu_contents(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let models = session.models();
    let mut actions = Vec::new();
    ui.set_width(MENU_WIDTH);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.label(RichText::new("Models").font(theme::medium(13.0)).color(TEXT));
    ScrollArea::vertical().max_height((ui.ctx().viewport_rect().height() - 240.0).max(ROW_HEIGHT)).show(ui, |ui| {
        for model in models.installed() {
            actions.extend(installed(ui, session, model));
        }
    });
    if !models.installed().iter().any(|model| model.name == models.current()) {
        ui.add(Label::new(faint(format!("in use: {}", models.current()))).truncate());
    }
    if let ModelState::Loading { name, done } = &session.models().state() {
        actions.extend(progress(ui, &format!("Loading {name}"), *done, Action::Models(ModelAction::CancelLoad)));
    }
    actions.extend(work(ui, session));
    ui.separator();
    row(ui, 32.0, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (text, action) in [
            ("Get a model…", Action::Models(ModelAction::OpenGet)),
            ("Import checkpoints…", Action::Models(ModelAction::OpenImport)),
            ("About this model", Action::Dialog(DialogAction::OpenModel)),
        ] {
            if ui.add(TextButton { text, main: false, min_width: 0.0, height: 28.0 }).clicked() {
                actions.push(action);
            }
        }
    });
    actions
}

/// A model in the menu: its name over what it is; a click chooses it.
fn installed(ui: &mut Ui, session: &Session, model: &InstalledModel) -> Vec<Action> {
    let is_current = session.models().current() == model.name;
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let label = format!("Use {}", model.name);
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, is_current, &label));
    let pointed = ui.rect_contains_pointer(place) || response.has_focus();
    let fill = match (is_current, pointed) {
        (true, _) => RAISED.color(),
        (false, true) => RAISED.with_alpha(0.6),
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(place, CornerRadius::same(8), fill);
    let light = match (&session.models().state(), is_current) {
        (ModelState::Ready(_), true) => Some(DONE),
        (ModelState::Loading { .. }, true) => Some(TEXT_FAINT),
        (ModelState::Failed { .. }, true) => Some(TROUBLE),
        (_, false) => None,
    };
    if let Some(light) = light {
        ui.painter().circle_filled(place.left_top() + vec2(12.0, 16.0), 3.5, light);
    }
    let inside = UiBuilder::new().max_rect(place.shrink2(vec2(24.0, 5.0))).layout(Layout::top_down(Align::Min));
    // A child of its own: the next row comes below this one, not below its text.
    let mut lines = ui.new_child(inside);
    lines.spacing_mut().item_spacing.y = 2.0;
    let name = RichText::new(&model.name).font(theme::medium(13.5)).color(if is_current { TEXT } else { TEXT_SOFT });
    lines.add(Label::new(name).selectable(false).truncate());
    let line = match &model.trouble {
        Some(trouble) => RichText::new(trouble).size(12.0).color(TROUBLE),
        None => faint(facts(session, model)),
    };
    lines.add(Label::new(line).selectable(false).truncate());
    let mut actions = Vec::new();
    if pointed && !model.built_in && !is_current {
        let at = UiBuilder::new()
            .max_rect(bevy_egui::egui::Rect::from_center_size(pos2(place.right() - 16.0, place.center().y), vec2(22.0, 22.0)));
        let remove = icon_button(&mut ui.new_child(at), Icon::Close, &format!("Remove {}", model.name), 22.0, Emphasis::Quiet);
        if remove.clicked() {
            return vec![Action::Models(ModelAction::AskRemove(model.name.clone()))];
        }
    }
    if response.clicked() {
        actions.push(Action::Models(ModelAction::Choose(model.name.clone())));
    }
    let trouble = model.trouble.as_ref().map_or_else(String::new, |trouble| format!("\n{trouble}"));
    response.on_hover_text(format!("{}: {}{trouble}", model.name, facts(session, model)));
    actions
}

/// Form, sizes, device, speed and licence of a model.
fn facts(session: &Session, model: &InstalledModel) -> String {
    let mut facts = Vec::new();
    if model.memory_bytes > 0 {
        let place = if model.built_in { "built in".to_owned() } else { format!("{} on disk", bytes(model.disk_bytes)) };
        facts.extend([model.precision.clone(), place, format!("{} of memory", bytes(model.memory_bytes))]);
    }
    if let Some(speed) = session.settings().speeds.get(&model.name) {
        facts.push(format!("{:.0} tokens/s on {}", speed.tokens_per_sec, speed.device));
    }
    if !model.licence.is_empty() {
        facts.push(model.licence.clone());
    }
    facts.join(" · ")
}

/// `34 MB`, `11.4 GB`
fn bytes(bytes: u64) -> String {
    let gigabytes = bytes as f64 / 1e9;
    if gigabytes < 1.0 { format!("{:.0} MB", 1e3 * gigabytes) } else { format!("{gigabytes:.1} GB") }
}

/// What is being fetched or imported.
fn work(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let Some(work) = session.models().work() else { return Vec::new() };
    progress(ui, work.title(), work.share(), Action::Models(ModelAction::CancelWork))
}

/// Something under way: its name, how far it is, and what ends it.
fn progress(ui: &mut Ui, title: &str, share: f32, cancel: Action) -> Vec<Action> {
    let mut actions = Vec::new();
    row(ui, 30.0, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(TextButton { text: "Cancel", main: false, min_width: 0.0, height: 26.0 }).clicked() {
                actions.push(cancel);
            }
            let percent = if share > 0.0 { format!(" · {:.0} %", 100.0 * share) } else { String::new() };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(soft(format!("{title}{percent}")).size(12.5)).truncate());
            });
        });
    });
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 2.0), Sense::hover());
    progress_line(ui, line, share);
    actions
}

/// The dialogs beside the menu.
pub(super) fn dialog(ui: &mut Ui, session: &Session, dialog: &ModelDialog) -> Vec<Action> {
    match dialog {
        ModelDialog::Menu => Vec::new(),
        ModelDialog::Get => get(ui, session),
        ModelDialog::Import => import(ui, session),
        ModelDialog::Remove(name) => {
            heading(ui, &format!("Remove {name}?"), "Its files leave the disk. Takes that it made stay.");
            let remove = Action::Models(ModelAction::Remove(name.clone()));
            buttons(ui, &[("Remove", true, remove), ("Cancel", true, Action::Dialog(DialogAction::CloseDialog))])
        }
        ModelDialog::Switch(model) => {
            let count = session.generation().jobs().len();
            let motions = if count == 1 { "A motion is".to_owned() } else { format!("{count} motions are") };
            heading(ui, &format!("Change to {model}?"), &format!("{motions} still being made with the model before."));
            let switch = |stopping| Action::Models(ModelAction::Switch { model: model.clone(), stopping });
            let offered = [
                ("Finish first", true, switch(false)),
                ("Stop and change", true, switch(true)),
                ("Cancel", true, Action::Dialog(DialogAction::CloseDialog)),
            ];
            buttons(ui, &offered)
        }
    }
}

fn get(ui: &mut Ui, session: &Session) -> Vec<Action> {
    heading(ui, "Get a model", "What others publish, under their own licences. Import checkpoints… makes a model of the files.");
    ui.set_width(FORM_WIDTH);
    let mut actions = Vec::new();
    ScrollArea::vertical().max_height((ui.ctx().viewport_rect().height() - 260.0).max(120.0)).show(ui, |ui| {
        for offer in session.models().offers() {
            actions.extend(offered(ui, session, offer));
            ui.add_space(8.0);
        }
    });
    field_row(ui, "Mirror", |ui| {
        let hint = "another address that has the same files; empty for the authors' own";
        let written = text_field(ui, "mirror", session.models().mirror(), hint, 2_000);
        actions.extend(written.map(|address| Action::Models(ModelAction::Mirror(address))));
    });
    actions.extend(work(ui, session));
    actions.extend(buttons(
        ui,
        &[
            ("Close", true, Action::Dialog(DialogAction::CloseDialog)),
            ("Import checkpoints…", true, Action::Models(ModelAction::OpenImport)),
        ],
    ));
    actions
}

fn offered(ui: &mut Ui, session: &Session, offer: &OfferedModel) -> Vec<Action> {
    let mut actions = Vec::new();
    let models = session.models();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(9).inner_margin(Margin::same(10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.horizontal(|ui| {
            ui.label(RichText::new(&offer.name).font(theme::medium(13.5)).color(TEXT));
            ui.label(faint(&offer.what));
        });
        ui.label(soft(format!("{}. {}", offer.licence, offer.licence_note)).size(12.5));
        let size = if offer.about_bytes > 0 { format!("about {} · ", bytes(offer.about_bytes)) } else { String::new() };
        ui.horizontal(|ui| {
            ui.label(faint(format!("{size}{} of {} files here ·", offer.here, offer.files)));
            ui.hyperlink_to(RichText::new("its page").size(12.0).color(ACCENT), &offer.about);
        });
        if offer.here == offer.files {
            ui.label(faint(format!("in {}", offer.folder.display())));
        } else if offer.has_address || !models.mirror().is_empty() {
            row(ui, 30.0, |ui| {
                let mut accepted = models.accepts(&offer.name);
                if ui.checkbox(&mut accepted, soft("I have read and accept this licence").size(12.5)).changed() {
                    actions.push(Action::Models(ModelAction::Accept { offer: offer.name.clone(), accepted }));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let text = if offer.here > 0 { "Go on" } else { "Fetch" };
                    let can = accepted && models.work().is_none();
                    if ui.add_enabled(can, TextButton { text, main: true, min_width: 80.0, height: 28.0 }).clicked() {
                        let base = Some(models.mirror().to_owned()).filter(|address| !address.is_empty());
                        actions.push(Action::Models(ModelAction::Fetch { offer: offer.name.clone(), base }));
                    }
                });
            });
        } else {
            ui.label(faint(
                "Its authors name no address to fetch it from: get the files as its page says, then import them; or name a mirror.",
            ));
        }
    });
    actions
}

fn import(ui: &mut Ui, session: &Session) -> Vec<Action> {
    let sentence = "Published weights become a model of this program. Its parts are checked against each other first.";
    heading(ui, "Import checkpoints", sentence);
    ui.set_width(FORM_WIDTH);
    let (models, form) = (session.models(), session.models().form());
    let mut actions = Vec::new();
    ui.spacing_mut().item_spacing.y = 4.0;
    for part in ImportPart::ALL {
        actions.extend(part_field(ui, form, part));
    }
    field_row(ui, "Weights", |ui| {
        let forms = [(Precision::AsItIs, "As they are"), (Precision::Q8_0, "q8_0"), (Precision::Q4_0, "q4_0")];
        if let Some(precision) = choices(ui, &forms, Some(form.precision)) {
            actions.push(Action::Models(ModelAction::Form(FormAction::Set(ImportForm { precision, ..form.clone() }))));
        }
        ui.label(faint("4 bits are for the largest"));
    });
    field_row(ui, "Heads", |ui| {
        let mut published = form.heads.is_none();
        if ui.checkbox(&mut published, soft("those of the published size").size(12.5)).changed() {
            let heads = if published { None } else { Some(16) };
            actions.push(Action::Models(ModelAction::Form(FormAction::Set(ImportForm { heads, ..form.clone() }))));
        }
        if let Some(mut heads) = form.heads
            && ui.add(DragValue::new(&mut heads).range(1..=256).speed(0.1)).changed()
        {
            actions.push(Action::Models(ModelAction::Form(FormAction::Set(ImportForm { heads: Some(heads), ..form.clone() }))));
        }
    });
    field_row(ui, "Name", |ui| {
        if let Some(name) = text_field(ui, "model name", &form.name, "motionmillion-3b-q8", 60) {
            actions.push(Action::Models(ModelAction::Form(FormAction::Set(ImportForm { name, ..form.clone() }))));
        }
    });
    ui.add_space(4.0);
    actions.extend(work(ui, session));
    let fault = form.fault();
    if models.work().is_none() {
        ui.label(faint(fault.unwrap_or("The licence of the weights goes on holding: you know where they are from.")));
    }
    let can = fault.is_none() && models.work().is_none();
    actions.extend(buttons(
        ui,
        &[("Import", can, Action::Models(ModelAction::Import)), ("Close", true, Action::Dialog(DialogAction::CloseDialog))],
    ));
    actions
}

fn part_field(ui: &mut Ui, form: &ImportForm, part: ImportPart) -> Vec<Action> {
    let (name, hint) = match part {
        ImportPart::Transformer => ("Transformer", "motionmillion_3B_all.pth: .pth, .safetensors or .gguf"),
        ImportPart::Tokenizer => ("Motion tokenizer", "fsq_net_6000000.pth: .pth or .safetensors"),
        ImportPart::TextEncoder => ("Text encoder", "A folder with config.json, its tokenizer and weights; or flan-t5-xl, fetched"),
        ImportPart::Mean => ("Mean", "mean.npy"),
        ImportPart::Std => ("Deviation", "std.npy"),
        ImportPart::Config => ("Settings", "Only where they are not the published ones: import.json of a training run"),
    };
    let mut actions = Vec::new();
    field_row(ui, name, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(TextButton { text: "Browse…", main: false, min_width: 0.0, height: FIELD_HEIGHT }).clicked() {
                actions.push(Action::Models(ModelAction::Form(FormAction::Browse(part))));
            }
            let (written, _) = path_field(ui, name, form.part(part));
            actions.extend(written.map(|path| Action::Models(ModelAction::Form(FormAction::Part(part, path)))));
        });
    });
    if form.part(part).as_os_str().is_empty() {
        row(ui, 14.0, |ui| {
            ui.add_space(LABEL_WIDTH + 8.0);
            ui.label(faint(hint).size(11.5));
        });
    }
    actions
}

/// A line of text that fills its row; what is written into it, if it changed.
fn text_field(ui: &mut Ui, id: &str, text: &str, hint: &str, most_chars: usize) -> Option<String> {
    let mut text = text.to_owned();
    let frame = Frame::new().fill(SUNKEN.color()).stroke(Stroke::new(1.0, EDGE)).corner_radius(8).inner_margin(Margin::symmetric(10, 8));
    let field = TextEdit::singleline(&mut text).id(Id::new(id)).desired_width(ui.available_width()).frame(frame);
    ui.add(field.hint_text(RichText::new(hint).color(TEXT_FAINT)).char_limit(most_chars)).changed().then_some(text)
}

const LABEL_WIDTH: f32 = 118.0;

/// A field with its name before it.
fn field_row(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    row(ui, FIELD_HEIGHT, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (place, _) = ui.allocate_exact_size(vec2(LABEL_WIDTH, FIELD_HEIGHT), Sense::hover());
        let at = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
        ui.new_child(at).label(soft(name).size(12.5));
        contents(ui);
    });
}
