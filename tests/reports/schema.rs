//! A JSON Schema validator that knows what the schemas under `tests/schemas` use, and refuses a keyword it
//! does not know, so that nothing passes unchecked.

use std::cell::RefCell;

use serde_json::Value;

/// Keywords without a say in whether a document is valid, or that validators may leave alone.
const SILENT: &[&str] =
    &["$schema", "id", "$id", "title", "description", "default", "definitions", "format", "examples"];

/// Everything that is wrong with `document`, each with its place.
pub(crate) fn check(schema: &Value, document: &Value) -> Vec<String> {
    let errors = RefCell::new(Vec::new());
    Checker { root: schema, errors: &errors }.check(schema, document, "");
    errors.into_inner()
}

struct Checker<'a> {
    root: &'a Value,
    errors: &'a RefCell<Vec<String>>,
}

impl Checker<'_> {
    fn fail(&self, at: &str, what: String) {
        self.errors.borrow_mut().push(format!("{at}: {what}"));
    }

    fn passes(&self, schema: &Value, value: &Value) -> bool {
        let errors = RefCell::new(Vec::new());
        Checker { root: self.root, errors: &errors }.check(schema, value, "");
        errors.into_inner().is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) {
        let Some(keywords) = schema.as_object() else { panic!("{at}: the schema is no object") };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let pointer = target.trim_start_matches('#');
            let target = self.root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in the schema"));
            return self.check(target, value, at);
        }
        for (keyword, wanted) in keywords {
            self.keyword((keyword, wanted), schema, value, at);
        }
    }

    fn keyword(&self, (keyword, wanted): (&str, &Value), schema: &Value, value: &Value, at: &str) {
        let number = wanted.as_f64();
        let length = |n: Option<usize>| n.map(|n| n as f64);
        let items = || length(value.as_array().map(Vec::len));
        let characters = || length(value.as_str().map(|s| s.chars().count()));
        let below = |got: Option<f64>| got.is_some_and(|got| got < number.unwrap());
        let above = |got: Option<f64>| got.is_some_and(|got| got > number.unwrap());
        let wrong = match keyword {
            "type" => !one_or_many(wanted).iter().any(|t| is_a(value, t.as_str().unwrap())),
            "enum" => !wanted.as_array().unwrap().contains(value),
            "const" => wanted != value,
            "minimum" => below(value.as_f64()),
            "maximum" => above(value.as_f64()),
            "minItems" => below(items()),
            "maxItems" => above(items()),
            "minLength" => below(characters()),
            "maxLength" => above(characters()),
            "pattern" => value
                .as_str()
                .is_some_and(|s| !regex::Regex::new(wanted.as_str().unwrap()).unwrap().is_match(s)),
            "uniqueItems" => {
                wanted == true
                    && value
                        .as_array()
                        .is_some_and(|all| all.iter().enumerate().any(|(n, one)| all[..n].contains(one)))
            }
            "anyOf" => !wanted.as_array().unwrap().iter().any(|s| self.passes(s, value)),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|s| self.passes(s, value)).count() != 1,
            "required" => return self.required(wanted, value, at),
            "properties" => return self.properties(wanted, value, at),
            "additionalProperties" => return self.additional(wanted, schema, value, at),
            "items" => {
                return value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .for_each(|(n, v)| self.check(wanted, v, &format!("{at}/{n}")));
            }
            silent => {
                assert!(SILENT.contains(&silent), "the validator does not know '{silent}'");
                false
            }
        };
        if wrong {
            self.fail(at, format!("{keyword}: {wanted} does not fit {value}"));
        }
    }

    fn required(&self, wanted: &Value, value: &Value, at: &str) {
        let Some(object) = value.as_object() else { return };
        for name in wanted.as_array().unwrap().iter().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                self.fail(at, format!("'{name}' is missing"));
            }
        }
    }

    fn properties(&self, wanted: &Value, value: &Value, at: &str) {
        let Some(object) = value.as_object() else { return };
        for (name, schema) in wanted.as_object().unwrap() {
            if let Some(value) = object.get(name) {
                self.check(schema, value, &format!("{at}/{name}"));
            }
        }
    }

    fn additional(&self, wanted: &Value, schema: &Value, value: &Value, at: &str) {
        let Some(object) = value.as_object() else { return };
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, value) in object.iter().filter(|(n, _)| known.is_none_or(|k| !k.contains_key(*n))) {
            match wanted {
                Value::Bool(false) => self.fail(at, format!("'{name}' is not allowed")),
                Value::Bool(true) => {}
                schema => self.check(schema, value, &format!("{at}/{name}")),
            }
        }
    }
}

fn one_or_many(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("no type '{other}'"),
    }
}
