//! The window's look: graphite or paper, one amber accent, Inter.

use bevy_egui::egui::ecolor::{gamma_u8_from_linear_f32, linear_f32_from_gamma_u8};
use bevy_egui::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Frame, Margin, Shadow, Stroke, Style, TextStyle, Theme,
    Visuals, vec2,
};
use std::cell::Cell;
use std::sync::Arc;

/// A colour of the window's: one in the dark, one in the light. Panels name theme colours; egui's painters and widgets take plain
/// ones, so a theme colour becomes one where it is used, in the theme that [`use_theme_of`] chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThemeColor {
    dark: Color32,
    light: Color32,
}

thread_local! {
    /// Panels are drawn by one thread from their first to their last, whichever the scheduler gives them.
    static IS_LIGHT: Cell<bool> = const { Cell::new(false) };
}

/// Theme colours are from now on those of a context's theme. Before panels are drawn, on their thread.
pub fn use_theme_of(ctx: &Context) {
    IS_LIGHT.set(ctx.theme() == Theme::Light);
}

impl ThemeColor {
    const fn new(dark: u32, light: u32) -> Self {
        const fn color(rgb: u32) -> Color32 {
            Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
        }
        Self { dark: color(dark), light: color(light) }
    }

    /// The colour.
    #[must_use]
    pub fn color(self) -> Color32 {
        self.of(IS_LIGHT.get())
    }

    /// The colour in the light, or in the dark.
    #[must_use]
    pub const fn of(self, light: bool) -> Color32 {
        if light { self.light } else { self.dark }
    }

    /// The colour as a veil of this alpha, 0 to 1.
    #[must_use]
    pub fn with_alpha(self, alpha: f32) -> Color32 {
        veil(self.color(), alpha, IS_LIGHT.get())
    }
}

/// The window blends in linear light, where what egui thins in gamma space comes out too dark. In the dark that is how it was designed; a
/// bright colour would turn grey.
fn veil(color: Color32, alpha: f32, light: bool) -> Color32 {
    if !light {
        return color.gamma_multiply(alpha);
    }
    let [r, g, b] = [color.r(), color.g(), color.b()].map(|c| gamma_u8_from_linear_f32(linear_f32_from_gamma_u8(c) * alpha));
    Color32::from_rgba_premultiplied(r, g, b, (alpha * 255.0).round() as u8)
}

impl From<ThemeColor> for Color32 {
    fn from(color: ThemeColor) -> Self {
        color.color()
    }
}

/// The one accent.
pub const ACCENT: ThemeColor = ThemeColor::new(0xF2A541, 0xAC5805);
/// The accent under the pointer.
pub const ACCENT_BRIGHT: ThemeColor = ThemeColor::new(0xFFBE68, 0xC96F10);
/// Text on the accent.
pub const ON_ACCENT: ThemeColor = ThemeColor::new(0x221708, 0xFFFFFF);
/// Text to read.
pub const TEXT: ThemeColor = ThemeColor::new(0xE6E8EC, 0x1B1E24);
/// Text beside it.
pub const TEXT_SOFT: ThemeColor = ThemeColor::new(0x9CA3AF, 0x4F5663);
/// Text that is only there when looked for.
pub const TEXT_FAINT: ThemeColor = ThemeColor::new(0x6C7380, 0x6B7280);
/// A panel.
pub const PANEL: ThemeColor = ThemeColor::new(0x1A1C21, 0xFAFBFC);
/// Something that can be pressed.
pub const RAISED: ThemeColor = ThemeColor::new(0x272A31, 0xDADFE7);
/// The same under the pointer.
pub const RAISED_BRIGHT: ThemeColor = ThemeColor::new(0x333740, 0xCBD2DC);
/// Something to write into, or a track.
pub const SUNKEN: ThemeColor = ThemeColor::new(0x121418, 0xEEF0F4);
/// Edges.
pub const EDGE: ThemeColor = ThemeColor::new(0x30343D, 0xCBD1D9);
/// Trouble.
pub const TROUBLE: ThemeColor = ThemeColor::new(0xF06A5E, 0xC2362B);
/// Done.
pub const DONE: ThemeColor = ThemeColor::new(0x6CC48E, 0x1B7F4B);
/// What cannot be pressed, and the text on it.
pub const DISABLED: ThemeColor = ThemeColor::new(0x333740, 0xE6E9EE);
/// See [`DISABLED`].
pub const ON_DISABLED: ThemeColor = ThemeColor::new(0x9CA3AF, 0x7C838F);
/// Marks on something coloured.
pub const MARK: ThemeColor = ThemeColor::new(0xFFFFFF, 0x1B1E24);
/// What covers something that does not count.
pub const SHADE: ThemeColor = ThemeColor::new(0x000000, 0xFFFFFF);

/// The blocks of takes on the timeline, one after the other.
pub const TAKES: [ThemeColor; 7] = [
    ThemeColor::new(0x3A5470, 0xB9CFE6),
    ThemeColor::new(0x5C4870, 0xD3C3E6),
    ThemeColor::new(0x38625C, 0xB4DAD3),
    ThemeColor::new(0x704E40, 0xEBCDBE),
    ThemeColor::new(0x4E5C3A, 0xCDDBB4),
    ThemeColor::new(0x684258, 0xE8C2D6),
    ThemeColor::new(0x424A76, 0xC2C8EC),
];

/// Space between panels and around them, points.
pub const GAP: f32 = 12.0;

const MEDIUM: &str = "medium";

/// Inter in its medium weight, for titles and buttons.
#[must_use]
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

/// Inter in its regular weight.
#[must_use]
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// A panel's frame.
pub fn card() -> Frame {
    Frame::new()
        .fill(PANEL.with_alpha(0.96))
        .stroke(Stroke::new(1.0, EDGE))
        .corner_radius(12)
        .inner_margin(Margin::symmetric(12, 10))
        .shadow(Shadow { offset: [0, 6], blur: 18, spread: 0, color: Color32::from_black_alpha(if IS_LIGHT.get() { 26 } else { 70 }) })
}

/// Gives an egui context the theme. Call once.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| cut(style, theme == Theme::Light));
    }
}

fn cut(style: &mut Style, light: bool) {
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(11.5)),
        (TextStyle::Body, FontId::proportional(13.5)),
        (TextStyle::Button, FontId::proportional(13.5)),
        (TextStyle::Heading, medium(16.0)),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 8.0);
    style.spacing.button_padding = vec2(10.0, 5.0);
    style.spacing.interact_size = vec2(28.0, 28.0);
    style.spacing.menu_margin = Margin::same(6);
    style.visuals = visuals(light);
    style.animation_time = 0.1;
}

/// Inter before egui's own fonts, which have the signs that Inter lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular: &'static [u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
    let medium: &'static [u8] = include_bytes!("../../assets/fonts/Inter-Medium.ttf");
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "inter".to_owned());
    let mut with_medium = proportional.clone();
    with_medium.insert(0, "inter-medium".to_owned());
    fonts.families.insert(FontFamily::Name(MEDIUM.into()), with_medium);
    fonts.font_data.insert("inter".to_owned(), Arc::new(FontData::from_static(regular)));
    fonts.font_data.insert("inter-medium".to_owned(), Arc::new(FontData::from_static(medium)));
    fonts
}

fn visuals(light: bool) -> Visuals {
    let mut visuals = if light { Visuals::light() } else { Visuals::dark() };
    let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(if light { 40 } else { 110 }) };
    let [panel, edge, sunken, raised, bright, accent, text, soft] =
        [PANEL, EDGE, SUNKEN, RAISED, RAISED_BRIGHT, ACCENT, TEXT, TEXT_SOFT].map(|color| color.of(light));
    visuals.override_text_color = None;
    // What egui fades turns grey there, see `thinned`.
    visuals.disabled_alpha = if light { 0.8 } else { visuals.disabled_alpha };
    visuals.panel_fill = panel;
    visuals.window_fill = panel;
    visuals.window_stroke = Stroke::new(1.0, edge);
    visuals.window_corner_radius = CornerRadius::same(14);
    visuals.menu_corner_radius = CornerRadius::same(10);
    visuals.extreme_bg_color = sunken;
    visuals.text_edit_bg_color = Some(sunken);
    visuals.faint_bg_color = raised;
    visuals.hyperlink_color = accent;
    visuals.selection.bg_fill = veil(accent, 0.35, light);
    visuals.selection.stroke = Stroke::new(1.0, accent);
    visuals.text_cursor.stroke = Stroke::new(2.0, accent);
    visuals.slider_trailing_fill = true;
    (visuals.popup_shadow, visuals.window_shadow) = (shadow, shadow);
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, panel, soft),
        (&mut widgets.inactive, raised, text),
        (&mut widgets.hovered, bright, text),
        (&mut widgets.active, bright, MARK.of(light)),
        (&mut widgets.open, bright, text),
    ] {
        // Boxes and tracks on paper stand out more than buttons, which have words.
        widget.bg_fill = if light && fill == raised { edge } else { fill };
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(7);
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, edge);
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui::Rgba;

    /// The contrast of WCAG 2.1, 1 to 21.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |color: Color32| {
            let linear = Rgba::from(color);
            0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_written_can_be_read_in_the_dark_and_in_the_light() {
        for light in [false, true] {
            let least = [
                (TEXT, PANEL, 12.0),
                (TEXT, RAISED, 9.0),
                (TEXT_SOFT, PANEL, 4.5),
                (TEXT_SOFT, SUNKEN, 4.5),
                (TEXT_FAINT, PANEL, 3.4),
                (ACCENT, PANEL, 4.3),
                (ACCENT, RAISED, 3.7),
                (ON_ACCENT, ACCENT, 4.5),
                (TROUBLE, PANEL, 4.5),
                (DONE, PANEL, 4.5),
            ];
            for (ink, ground, least) in least {
                let found = contrast(ink.of(light), ground.of(light));
                assert!(found >= least, "{ink:?} on {ground:?}, light {light}: {found} of {least}");
            }
            for block in TAKES {
                let found = contrast(TEXT.of(light), block.of(light));
                assert!(found >= 5.0, "{block:?}, light {light}: {found}");
            }
        }
    }

    #[test]
    fn a_thin_bright_colour_stays_bright_over_a_bright_one() {
        // Over itself a colour stays what it is: its own part of the linear light, and what shines through.
        let panel = PANEL.of(true);
        let veil = veil(panel, 0.6, true);
        let through = 1.0 - f32::from(veil.a()) / 255.0;
        let seen = linear_f32_from_gamma_u8(veil.r()) + through * linear_f32_from_gamma_u8(panel.r());
        assert!((seen - linear_f32_from_gamma_u8(panel.r())).abs() < 0.01, "{seen}");
    }
}
