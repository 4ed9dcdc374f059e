//! How much louder the pitches of a song become from moment to moment: its onset strength. A beat is where that is high and repeats.

use realfft::RealFftPlanner;

/// Samples a second that a song is brought to.
pub const RATE: u32 = 22_050;
/// Samples of a spectrum, and between two of them: 172 a second.
const WINDOW: usize = 1024;
const HOP: usize = 128;
/// Bands of pitch, between these frequencies.
const BANDS: usize = 40;
const BAND_HZ: [f32; 2] = [30.0, 8_000.0];
/// What is quieter than this against the loudest is silence.
const SILENCE: f32 = 1e-2;
/// A rise begins to be seen when it enters a spectrum's window, which is before it is in its middle; measured with clicks.
const EARLY_SECS: f32 = 0.012;

/// Onset strengths of a song.
pub(super) struct Onsets {
    /// A number a moment, of standard deviation 1; all 0 where nothing is heard.
    pub(super) strengths: Vec<f32>,
    /// How loud it is, root of the mean square, as many.
    pub(super) loudness: Vec<f32>,
}

/// Moments a second.
pub(super) fn moments_a_second() -> f32 {
    RATE as f32 / HOP as f32
}

/// When a moment is, seconds.
pub(super) fn secs_of(moment: usize) -> f32 {
    moment as f32 / moments_a_second() + EARLY_SECS
}

impl Onsets {
    /// Of samples at [`RATE`], one channel.
    pub(super) fn of(samples: &[f32]) -> Self {
        let moments = samples.len() / HOP;
        let loudness = samples.chunks_exact(HOP).map(|part| (part.iter().map(|one| one * one).sum::<f32>() / HOP as f32).sqrt()).collect();
        let loudest = samples.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        if loudest == 0.0 || !loudest.is_finite() {
            return Self { strengths: vec![0.0; moments], loudness };
        }
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        let (mut input, mut output) = (transform.make_input_vec(), transform.make_output_vec());
        let shape: Vec<f32> = (0..WINDOW).map(|at| 0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / WINDOW as f32).cos()).collect();
        let edges: Vec<usize> = (0..=BANDS).map(band_edge).collect();
        let mut before: Option<[f32; BANDS]> = None;
        let rises = (0..moments).map(|moment| {
            for (at, (value, shape)) in input.iter_mut().zip(&shape).enumerate() {
                let sample = (moment * HOP + at).checked_sub(WINDOW / 2).and_then(|at| samples.get(at));
                *value = sample.copied().unwrap_or_default() / loudest * shape;
            }
            // It fails for other lengths than the plan's own.
            let _ = transform.process(&mut input, &mut output);
            let levels: [f32; BANDS] = std::array::from_fn(|band| {
                let bins = &output[edges[band]..edges[band + 1].max(edges[band] + 1)];
                let power: f32 = bins.iter().map(|bin| bin.norm_sqr()).sum();
                (power.sqrt() / WINDOW as f32 + SILENCE).ln()
            });
            let rise = before.map_or(0.0, |before| levels.iter().zip(before).map(|(now, before)| (now - before).max(0.0)).sum());
            before = Some(levels);
            rise
        });
        Self { strengths: of_deviation_one(rises.collect()), loudness }
    }

    /// Whether nothing begins in it.
    pub(super) fn is_silent(&self) -> bool {
        self.strengths.iter().all(|one| *one == 0.0)
    }
}

fn of_deviation_one(mut values: Vec<f32>) -> Vec<f32> {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let deviation = (values.iter().map(|one| (one - mean).powi(2)).sum::<f32>() / count).sqrt();
    values.iter_mut().for_each(|one| *one = if deviation > 1e-6 { *one / deviation } else { 0.0 });
    values
}

/// The first bin of a band; bands are evenly far apart in pitch.
fn band_edge(band: usize) -> usize {
    let share = band as f32 / BANDS as f32;
    let hz = BAND_HZ[0] * (BAND_HZ[1] / BAND_HZ[0]).powf(share);
    (hz * WINDOW as f32 / RATE as f32).round() as usize
}
