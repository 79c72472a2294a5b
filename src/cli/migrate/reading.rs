//! Files of other scanners as one kind of value, whatever they are written in.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// Reads TOML, JSON or YAML by the name of the file.
///
/// # Errors
/// What the parser says, without the text itself.
pub(super) fn value(name: &str, text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let toml = |text: &str| toml::from_str::<Value>(text).map_err(|e| e.message().to_owned());
    match name.rsplit('.').next().unwrap_or_default() {
        "toml" => toml(text),
        "json" | "baseline" => serde_json::from_str(text).map_err(|e| e.to_string()),
        _ => yaml(text),
    }
}

/// The first document of a YAML file.
fn yaml(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|e| e.to_string())?;
    Ok(documents.first().map_or(Value::Null, plain))
}

fn plain(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(b)) => Value::from(*b),
        Yaml::Value(Scalar::Integer(n)) => Value::from(*n),
        Yaml::Value(Scalar::FloatingPoint(n)) => Value::from(n.into_inner()),
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Representation(text, _, _) => Value::from(text.as_ref()),
        Yaml::Sequence(list) => Value::Array(list.iter().map(plain).collect()),
        Yaml::Mapping(map) => {
            let entry =
                |(key, value): (&Yaml<'_>, &Yaml<'_>)| Some((plain(key).as_str()?.to_owned(), plain(value)));
            Value::Object(map.iter().filter_map(entry).collect::<Map<_, _>>())
        }
        Yaml::Tagged(_, inner) => plain(inner),
        _ => Value::Null,
    }
}

/// The strings under a key: one, a list, or none.
pub(super) fn strings(value: &Value, key: &str) -> Vec<String> {
    match &value[key] {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// The tables under a key: one, a list, or none.
pub(super) fn tables<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    match &value[key] {
        Value::Array(list) => list.iter().filter(|v| v.is_object()).collect(),
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    }
}

/// The string under a key, or nothing.
pub(super) fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The keys of a table that are not among `known`.
pub(super) fn other_keys(value: &Value, known: &[&str]) -> Vec<String> {
    let keys = value.as_object().into_iter().flat_map(Map::keys);
    keys.filter(|key| !known.iter().any(|k| k.eq_ignore_ascii_case(key))).cloned().collect()
}
