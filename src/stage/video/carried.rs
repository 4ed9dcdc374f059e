//! A film of H.264 by OpenH264, which is built into the program, in an MP4.
//!
//! Every two seconds a picture stands for itself, so that players can jump there; the others say what changed. All are quantised alike: what
//! stands still costs nothing, and no picture is left out or spoilt to keep to a rate.

use super::encoder::Encoder;
use super::mp4::{Film, Mp4};
use super::planes::Planes;
use crate::stage::Picture;
use openh264::OpenH264API;
use openh264::encoder::{self, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, RateControlMode, VuiConfig};
use std::fs::File;

/// Seconds between pictures that stand for themselves.
const JUMP_SECS: f32 = 2.0;
/// What OpenH264 can do, pixels: a side at least and, of the longer and the shorter one, at most.
const SHORTEST: u32 = 16;
const LONGEST: (u32, u32) = (3840, 2160);

/// The encoder at work.
pub(super) struct Encoding<'a> {
    encoder: encoder::Encoder,
    planes: Planes,
    mp4: Mp4<'a>,
}

impl<'a> Encoding<'a> {
    /// Begins a film of pictures of a size in a file that is empty.
    pub(super) fn begin((width, height): (u32, u32), fps: f32, file: &'a mut File) -> Result<Self, String> {
        let (longer, shorter) = (width.max(height), width.min(height));
        if longer > LONGEST.0 || shorter > LONGEST.1 || shorter < SHORTEST {
            let can = format!("{SHORTEST} × {SHORTEST} to {} × {} pixels", LONGEST.0, LONGEST.1);
            return Err(format!("without ffmpeg a video has {can}, not {width} × {height}: choose another size, or install ffmpeg"));
        }
        let config = EncoderConfig::new()
            .max_frame_rate(FrameRate::from_hz(fps))
            .rate_control_mode(RateControlMode::Off)
            .skip_frames(false)
            .intra_frame_period(IntraFramePeriod::from_num_frames((fps * JUMP_SECS).ceil() as u32))
            .vui(VuiConfig::bt709());
        let encoder = encoder::Encoder::with_api_config(OpenH264API::from_source(), config).map_err(|error| error.to_string())?;
        let planes = Planes::of_size(width, height);
        let (width, height) = planes.size();
        let mp4 = Mp4::begin(file, Film { width: width as u16, height: height as u16, fps }).map_err(|error| error.to_string())?;
        Ok(Self { encoder, planes, mp4 })
    }
}

impl Encoder for Encoding<'_> {
    fn add(&mut self, picture: &Picture) -> Result<(), String> {
        self.planes.fill(&picture.pixels);
        let coded = self.encoder.encode(&self.planes.slices()).map_err(|error| error.to_string())?;
        if matches!(coded.frame_type(), FrameType::Invalid | FrameType::Skip) {
            return Err("the encoder left a picture out".to_owned());
        }
        let layers = (0..coded.num_layers()).filter_map(|at| coded.layer(at));
        let mut units = Vec::new();
        for layer in layers {
            units.extend((0..layer.nal_count()).filter_map(|at| layer.nal_unit(at)).map(|unit| without_start_code(unit).to_vec()));
        }
        let stands_alone = coded.frame_type() == FrameType::IDR;
        self.mp4.add(&units, stands_alone).map_err(|error| error.to_string())
    }

    fn end(&mut self) -> Result<(), String> {
        self.mp4.end().map_err(|error| error.to_string())
    }
}

/// A unit of a stream without what marks its beginning there; an MP4 says its length instead.
fn without_start_code(unit: &[u8]) -> &[u8] {
    unit.strip_prefix(&[0, 0, 0, 1]).or_else(|| unit.strip_prefix(&[0, 0, 1])).unwrap_or(unit)
}
