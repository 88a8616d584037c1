//! SciPy in a process of its own, on the same vectors.

use std::path::PathBuf;
use std::process::Command;

/// What SciPy took and found.
pub struct Outcome {
    pub version: String,
    pub wall: Vec<f64>,
    pub cpu: Vec<f64>,
    pub bytes: f64,
    /// For each threshold a label for each vector.
    pub labels: Vec<Vec<u32>>,
}

/// None where the setting `ENGRAM_SCIPY` does not name a Python that has it.
pub fn linkage(vectors: &[Vec<f32>], thresholds: &[f32], repeats: usize) -> Option<Outcome> {
    let python = std::env::var_os("ENGRAM_SCIPY")?;
    let file = std::env::temp_dir().join(format!("engram-linkage-{}", std::process::id()));
    let bytes: Vec<u8> = vectors.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(&file, bytes).expect("vectors for SciPy");
    let thresholds: Vec<String> = thresholds.iter().map(f32::to_string).collect();
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/linkage/linkage.py"))
        .arg(&file)
        .args([vectors.len(), vectors[0].len(), repeats].map(|n| n.to_string()))
        .args(&thresholds)
        .output()
        .expect("Python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let found: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let numbers =
        |key: &str| found[key].as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
    let labels = thresholds.iter().map(|threshold| {
        let mut name = file.clone().into_os_string();
        name.push(format!(".{threshold}"));
        let name = PathBuf::from(name);
        let bytes = std::fs::read(&name).expect("labels of SciPy");
        let _ = std::fs::remove_file(&name);
        bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect()
    });
    let labels = labels.collect();
    let _ = std::fs::remove_file(&file);
    Some(Outcome {
        version: found["scipy"].as_str().unwrap_or_default().to_string(),
        wall: numbers("wall"),
        cpu: numbers("cpu"),
        bytes: found["bytes"].as_f64().unwrap_or_default(),
        labels,
    })
}
