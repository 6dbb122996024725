// Renders a chart as `helm template` does, with Go's template engine, Sprig and the YAML library that Helm uses, for machines without Helm:
// Debian has them as golang-go, golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev. No subcharts, no hooks, no cluster.
//
// Usage: renderer CHART RELEASE NAMESPACE [VALUES...]
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type values = map[string]interface{}

// files is `.Files` of a chart.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if ok, _ := path.Match(pattern, name); ok {
			found[name] = content
		}
	}
	return found
}

func main() {
	if len(os.Args) < 4 {
		die(errors.New("usage: renderer CHART RELEASE NAMESPACE [VALUES...]"))
	}
	out, err := render(os.Args[1], os.Args[2], os.Args[3], os.Args[4:])
	if err != nil {
		die(err)
	}
	fmt.Print(out)
}

func die(err error) {
	fmt.Fprintln(os.Stderr, "Error:", err)
	os.Exit(1)
}

func render(root, release, namespace string, overlays []string) (string, error) {
	chart, err := read(filepath.Join(root, "Chart.yaml"))
	if err != nil {
		return "", err
	}
	all, err := read(filepath.Join(root, "values.yaml"))
	if err != nil {
		return "", err
	}
	for _, overlay := range overlays {
		more, err := read(overlay)
		if err != nil {
			return "", err
		}
		merge(all, more)
	}
	content, err := walk(root)
	if err != nil {
		return "", err
	}
	scope := values{
		"Values":       all,
		"Chart":        titled(chart),
		"Release":      values{"Name": release, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Files":        content,
		"Capabilities": values{"KubeVersion": values{"Version": "v1.32.0", "Major": "1", "Minor": "32"}},
	}
	return execute(content, scope)
}

func execute(content files, scope values) (string, error) {
	engine := template.New("chart").Option("missingkey=zero")
	engine.Funcs(sprig.TxtFuncMap()).Funcs(template.FuncMap{
		"include": func(name string, data interface{}) (string, error) {
			var out bytes.Buffer
			err := engine.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"required": func(message string, value interface{}) (interface{}, error) {
			if value == nil || value == "" {
				return value, errors.New(message)
			}
			return value, nil
		},
		"fail":     func(message string) (string, error) { return "", errors.New(message) },
		"toYaml":   func(value interface{}) string { text, _ := yaml.Marshal(value); return strings.TrimSuffix(string(text), "\n") },
		"fromYaml": func(text string) values { return parse(text) },
		"toJson":   func(value interface{}) string { text, _ := json.Marshal(value); return string(text) },
		"lookup":   func(...string) values { return values{} },
	})
	var names []string
	for name, text := range content {
		if strings.HasPrefix(name, "templates/") {
			if _, err := engine.New(name).Parse(string(text)); err != nil {
				return "", err
			}
			if !strings.HasPrefix(path.Base(name), "_") {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	var all strings.Builder
	for _, name := range names {
		var out bytes.Buffer
		if err := engine.ExecuteTemplate(&out, name, scope); err != nil {
			return "", err
		}
		// As Helm does: what a missing value prints is nothing.
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if path.Base(name) == "NOTES.txt" {
			text = "# " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n# ")
		}
		fmt.Fprintf(&all, "---\n# Source: %s\n%s\n", name, text)
	}
	return all.String(), nil
}

// parse is Helm's fromYaml: an error becomes a value.
func parse(text string) values {
	parsed := values{}
	if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
		return values{"Error": err.Error()}
	}
	return parsed
}

func read(name string) (values, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	parsed := values{}
	if err := yaml.UnmarshalStrict(text, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return parsed, nil
}

// merge puts what is new over what is there; null takes away.
func merge(there, news values) {
	for key, value := range news {
		below, isMap := value.(values)
		known, wasMap := there[key].(values)
		switch {
		case value == nil:
			delete(there, key)
		case isMap && wasMap:
			merge(known, below)
		default:
			there[key] = value
		}
	}
}

// titled: what Chart.yaml calls appVersion, templates call .Chart.AppVersion.
func titled(chart values) values {
	out := values{}
	for key, value := range chart {
		out[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return out
}

func walk(root string) (files, error) {
	content := files{}
	err := filepath.Walk(root, func(name string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		content[filepath.ToSlash(relative)], err = os.ReadFile(name)
		return err
	})
	return content, err
}
