//! The takes so far and the generations under way.

use super::View;
use super::parts::{card, faint, progress_line};
use crate::app::Action;
use crate::app::icons::{Emphasis, Icon, icon_button};
use crate::app::session::{Job, Progress, Showing};
use crate::app::theme::{self, ACCENT, RAISED, RAISED_BRIGHT, TEXT, TEXT_FAINT, TEXT_SOFT};
use crate::timeline::Take;
use bevy_egui::egui::{
    Align2, Color32, CornerRadius, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, WidgetType, pos2, text::LayoutJob,
    text::TextWrapping, vec2,
};

const ROW_HEIGHT: f32 = 48.0;

pub(super) fn takes(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let session = view.session;
    if session.takes.is_empty() && session.jobs.is_empty() {
        return Vec::new();
    }
    // Only as tall as it needs to be.
    let rows = session.takes.len() + session.jobs.len();
    let place = ui.max_rect();
    let height = (54.0 + rows as f32 * (ROW_HEIGHT + 4.0)).min(place.height());
    let place = Rect::from_min_size(place.min, vec2(place.width(), height));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| card(ui, "takes", |ui| list(ui, view))).inner
}

fn list(ui: &mut Ui, view: &View<'_>) -> Vec<Action> {
    let session = view.session;
    let mut actions = Vec::new();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Takes").font(theme::medium(13.0)).color(TEXT));
        ui.label(faint(session.takes.len().to_string()));
    });
    ui.spacing_mut().item_spacing.y = 4.0;
    let shown = if let Showing::Take(index) = session.showing { Some(index) } else { None };
    ScrollArea::vertical().auto_shrink([false, false]).stick_to_bottom(true).show(ui, |ui| {
        for (index, take) in session.takes.iter().enumerate() {
            actions.extend(take_row(ui, index, take, shown == Some(index)));
        }
        for job in &session.jobs {
            actions.extend(job_row(ui, job));
        }
    });
    actions
}

fn take_row(ui: &mut Ui, index: usize, take: &Take, shown: bool) -> Vec<Action> {
    let mut actions = Vec::new();
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, shown, format!("Take {}", index + 1)));
    let pointed = ui.rect_contains_pointer(place);
    let fill = match (shown, pointed) {
        (true, _) => RAISED,
        (false, true) => RAISED.gamma_multiply(0.6),
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(place, CornerRadius::same(8), fill);
    if shown {
        let mark = Rect::from_min_max(place.left_top() + vec2(0.0, 12.0), place.left_bottom() + vec2(3.0, -12.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), ACCENT);
    }
    let under = format!("{:.1} s · seed {}", take.motion.duration_secs(), take.provenance.seed);
    two_lines(ui, place, title(&take.provenance.prompt), &under, if shown { TEXT } else { TEXT_SOFT }, pointed);
    if pointed {
        let corner = Rect::from_center_size(pos2(place.right() - 16.0, place.center().y), vec2(22.0, 22.0));
        let remove = ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| {
            icon_button(ui, Icon::Close, &format!("Remove take {}", index + 1), 22.0, Emphasis::Quiet)
        });
        if remove.inner.clicked() {
            actions.push(Action::Remove(index));
            return actions;
        }
    }
    if response.clicked() {
        actions.push(Action::Select(index));
    }
    response.on_hover_text(format!(
        "{}\n{}\nmodel {}, {}",
        take.provenance.prompt, take.provenance.settings, take.provenance.model, take.provenance.licence
    ));
    actions
}

/// Of a chain of prompts, the last one: the others are those of the takes above.
fn title(prompt: &str) -> &str {
    prompt.rfind('→').map_or(prompt, |arrow| &prompt[arrow..])
}

fn job_row(ui: &mut Ui, job: &Job) -> Vec<Action> {
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    ui.painter().rect_filled(place, CornerRadius::same(8), RAISED_BRIGHT.gamma_multiply(0.4));
    let under = match job.progress {
        Progress::Waiting => "waiting".to_owned(),
        Progress::Running { .. } => format!("generating · {:.0} %", 100.0 * job.share()),
    };
    two_lines(ui, place, &job.prompt, &under, TEXT_SOFT, false);
    let line = Rect::from_min_max(pos2(place.left() + 10.0, place.bottom() - 5.0), pos2(place.right() - 10.0, place.bottom() - 3.0));
    progress_line(ui, line, job.share());
    Vec::new()
}

fn two_lines(ui: &Ui, place: Rect, title: &str, under: &str, color: Color32, room_at_right: bool) {
    let width = place.width() - 20.0 - if room_at_right { 24.0 } else { 0.0 };
    let mut job = LayoutJob::simple_singleline(title.to_owned(), theme::regular(13.0), color);
    job.wrap = TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(place.left_top() + vec2(12.0, 7.0), galley, color);
    let at = place.left_bottom() + vec2(12.0, -8.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, under, theme::regular(11.5), TEXT_FAINT);
}
