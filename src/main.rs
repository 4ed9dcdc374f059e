//! The program: sets up the process, then chooses the command line or the window.

use std::process::ExitCode;
use zoetrope::cli::{self, Args, Command};
use zoetrope::library::STARTER;
use zoetrope::pipeline::Device;

fn main() -> ExitCode {
    for (name, value) in cli::surroundings::changes(|name| std::env::var_os(name)) {
        set_variable(name, value);
    }
    let args = Args::from_command_line();
    match &args.command {
        Some(Command::Bench(bench)) if bench.ui => {
            let model = bench.model.to_string_lossy().into_owned();
            let threads = args.window.threads(&model, beside_the_window());
            set_threads(threads);
            measure_window(&bench.device, model, threads)
        }
        Some(command) => {
            set_threads(command.threads(cores()));
            command.asked_threads().into_iter().for_each(zoetrope::model::use_cores);
            cli::run(command)
        }
        None => {
            let threads = args.window.threads(&model_at_start(&args), beside_the_window());
            set_threads(threads);
            args.window.threads.into_iter().map(usize::from).for_each(zoetrope::model::use_cores);
            window(&args, threads)
        }
    }
}

/// Two cores stay with the window: the networks' thread pool spins and starves whoever shares a core with it.
fn beside_the_window() -> usize {
    cores().saturating_sub(2).max(1)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Tell the networks' two thread pools how many threads to make. They ask once, at their first use.
fn set_threads(threads: usize) {
    for name in ["CANDLE_NUM_THREADS", "RAYON_NUM_THREADS"] {
        set_variable(name, Some(&threads.to_string()));
    }
}

/// Changes the environment for the libraries that look there and nowhere else.
#[expect(unsafe_code, reason = "there is no other way to tell them, and no other thread exists yet")]
fn set_variable(name: &str, value: Option<&str>) {
    // SAFETY: `main` has started no thread, so nobody reads the environment meanwhile.
    unsafe {
        match value {
            Some(value) => std::env::set_var(name, value),
            None => std::env::remove_var(name),
        }
    }
}

/// The model that the window loads where none is named. Scripts and demos have a window as it comes.
#[cfg(feature = "app")]
fn model_at_start(args: &Args) -> String {
    let as_it_comes = args.window.script.is_some() || args.window.demo;
    if as_it_comes { STARTER.to_owned() } else { zoetrope::author::remembered_model() }
}

#[cfg(not(feature = "app"))]
fn model_at_start(_: &Args) -> String {
    STARTER.to_owned()
}

#[cfg(feature = "app")]
fn window(args: &Args, threads: usize) -> ExitCode {
    let options = args.window.clone();
    let log_file = begin_log(options.script.is_none());
    let launch = zoetrope::app::Launch {
        log_file,
        file: options.file,
        script: options.script,
        screenshots: options.screenshots,
        demo: options.demo,
        threads,
        model: options.model,
        device: options.device,
    };
    match zoetrope::app::run(launch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::complain(&cli::CliError::Failed(error.to_string())),
    }
}

/// How long a log file becomes, bytes; the one before is kept too.
#[cfg(feature = "app")]
const LOG_BYTES: u64 = 1 << 20;

/// What is traced goes into a file for bug reports, where somebody `is_there` who could make one, and to the terminal as far as `RUST_LOG`
/// asks for it. Answers the file. A log that cannot be written is left out.
#[cfg(feature = "app")]
fn begin_log(is_there: bool) -> Option<std::path::PathBuf> {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    use tracing_subscriber::{EnvFilter, Layer, fmt};
    let folder = zoetrope::author::log_folder().filter(|_| is_there);
    let log = folder.and_then(|folder| zoetrope::files::RollingLog::begin(&folder, "zoetrope", LOG_BYTES).ok());
    let path = log.as_ref().map(|log| log.path().to_owned());
    let to_file = log.map(|log| {
        let file = fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(log));
        file.with_filter(EnvFilter::new("warn,zoetrope=info"))
    });
    let to_terminal = std::env::var_os("RUST_LOG").map(|_| {
        let terminal = fmt::layer().with_writer(std::io::stderr);
        terminal.with_filter(EnvFilter::from_default_env())
    });
    // A second subscriber cannot be: nobody else sets one up.
    let _ = tracing_subscriber::registry().with(to_file).with(to_terminal).try_init();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        usual(panic);
    }));
    tracing::info!("Zoetrope {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    path
}

#[cfg(feature = "app")]
fn measure_window(device: &Device, model: String, threads: usize) -> ExitCode {
    match zoetrope::app::measure(device, model, threads, cli::say) {
        Ok(speed) => {
            cli::answer(&speed.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => cli::complain(&cli::CliError::Failed(error.to_string())),
    }
}

#[cfg(not(feature = "app"))]
fn window(args: &Args, _: usize) -> ExitCode {
    measure_window(&args.window.device, String::new(), 0)
}

#[cfg(not(feature = "app"))]
fn measure_window(_: &Device, _: String, _: usize) -> ExitCode {
    cli::complain(&cli::CliError::Failed(
        "this program was built without its window: build it with `cargo build --release`, or see `zoetrope --help`".to_owned(),
    ))
}
