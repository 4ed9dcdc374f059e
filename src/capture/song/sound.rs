//! Songs as samples: WAV, MP3, FLAC and OGG, one channel at [`RATE`] samples a second, packet by packet.

use super::onsets::RATE;
use crate::capture::error::{Error, Result};
use crate::capture::timed::Excerpt;
use crate::files;
use std::path::Path;
use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::{CODEC_TYPE_NULL, Decoder, DecoderOptions};
use symphonia::core::errors::Error as Cause;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{Limit, MetadataOptions};
use symphonia::core::probe::Hint;

/// More of a song is not listened to: its samples are kept.
const LONGEST_SECS: f32 = 1200.0;
/// Rates and channels that a song may have.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=400_000;
const MOST_CHANNELS: usize = 32;
/// Packets that cannot be read before nothing more is expected.
const MOST_BROKEN: usize = 100;
/// Names and pictures in a song that are kept while it is read.
const MOST_METADATA: usize = 1 << 20;

/// The samples of a song, and whether it goes on behind them.
pub(super) struct Sound {
    pub(super) samples: Vec<f32>,
    pub(super) is_cut: bool,
}

/// Reads a part of a song.
pub(super) fn sound(path: &Path, excerpt: Excerpt) -> Result<Sound> {
    let unfit = |cause: &str| Error::unfit(format!("not a readable song ({cause})"), path, "give a .wav, .mp3, .flac or .ogg");
    let file = files::open(path).map_err(|error| Error::refused(&error, path))?;
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut hint = Hint::new();
    if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
        hint.with_extension(ending);
    }
    let most = Limit::Maximum(MOST_METADATA);
    let metadata = MetadataOptions { limit_metadata_bytes: most, limit_visual_bytes: most };
    // What an encoder put before and behind the song would shift its beats.
    let gapless = FormatOptions { enable_gapless: true, ..FormatOptions::default() };
    let probed = symphonia::default::get_probe().format(&hint, stream, &gapless, &metadata);
    let mut format = probed.map_err(|error| unfit(&error.to_string()))?.format;
    let track = format.tracks().iter().find(|track| track.codec_params.codec != CODEC_TYPE_NULL);
    let (number, codec) = track.map(|track| (track.id, track.codec_params.clone())).ok_or_else(|| unfit("it has no sound"))?;
    let decoder = symphonia::default::get_codecs().make(&codec, &DecoderOptions::default());
    let mut decoder = decoder.map_err(|error| unfit(&error.to_string()))?;
    let mut listening = Listening { rate: 0, excerpt, at: 0, sum: 0.0, count: 0, made: Vec::new(), is_cut: false };
    listening.hear_all(&mut *format, number, &mut *decoder).map_err(|cause| unfit(&cause))?;
    let Listening { made: samples, is_cut, at, .. } = listening;
    match (samples.is_empty(), at) {
        (false, _) => Ok(Sound { samples, is_cut }),
        (true, 0) => Err(unfit("no sound is in it")),
        (true, _) => Err(Error::unfit("the song ends before this part of it", path, "choose an earlier part")),
    }
}

/// Channels to one, any rate to [`RATE`]: the mean of what lies in each new sample, or the nearest where the song has fewer.
struct Listening {
    /// Samples a second of the song; 0 before the first.
    rate: u32,
    excerpt: Excerpt,
    /// Samples of the song so far.
    at: u64,
    sum: f32,
    count: u32,
    made: Vec<f32>,
    is_cut: bool,
}

impl Listening {
    /// Listens to the song's end, or as far as it can be read.
    fn hear_all(&mut self, format: &mut dyn FormatReader, track: u32, decoder: &mut dyn Decoder) -> Result<(), String> {
        let mut broken = 0;
        // An error is the end, too, or what is left of a file that was cut off.
        while let Ok(packet) = format.next_packet() {
            if packet.track_id() != track {
                continue;
            }
            let sound = match decoder.decode(&packet) {
                Ok(sound) => sound,
                Err(Cause::DecodeError(_)) if broken < MOST_BROKEN => {
                    broken += 1;
                    continue;
                }
                Err(_) => break,
            };
            let spec = *sound.spec();
            let channels = spec.channels.count();
            if !RATES.contains(&spec.rate) || !(1..=MOST_CHANNELS).contains(&channels) {
                return Err(format!("{channels} channels of {} samples a second", spec.rate));
            }
            if self.rate != 0 && self.rate != spec.rate {
                return Err("its rate changes".to_owned());
            }
            self.rate = spec.rate;
            let mut samples = SampleBuffer::<f32>::new(sound.capacity() as u64, spec);
            samples.copy_interleaved_ref(sound);
            if !self.hear(samples.samples(), channels) {
                break;
            }
        }
        Ok(())
    }

    /// Listens to some samples; whether more is wanted.
    fn hear(&mut self, interleaved: &[f32], channels: usize) -> bool {
        let from_secs = f64::from(self.excerpt.from_secs.max(0.0));
        for frame in interleaved.chunks_exact(channels) {
            let secs = self.at as f64 / f64::from(self.rate);
            self.at += 1;
            if secs < from_secs {
                continue;
            }
            self.is_cut = secs - from_secs >= f64::from(LONGEST_SECS);
            if secs >= f64::from(self.excerpt.to_secs) || self.is_cut {
                return false;
            }
            let sample = frame.iter().sum::<f32>() / channels as f32;
            (self.sum, self.count) = (self.sum + if sample.is_finite() { sample } else { 0.0 }, self.count + 1);
            let wanted = ((secs - from_secs + 1.0 / f64::from(self.rate)) * f64::from(RATE)) as usize;
            if self.made.len() < wanted {
                self.made.resize(wanted, self.sum / self.count as f32);
                (self.sum, self.count) = (0.0, 0);
            }
        }
        true
    }
}
