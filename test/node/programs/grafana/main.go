// Command grafana answers in the place of Grafana, whose module cannot be had. It reads the data sources and dashboards that are
// provisioned and writes to its data folder, as Grafana does at its start, gives the dashboards back, and answers what probes ask.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gopkg.in/yaml.v3"
)

const (
	provisioning = "/etc/grafana/provisioning"
	data         = "/var/lib/grafana"
)

type dataSource struct {
	Name   string `yaml:"name" json:"name"`
	Type   string `yaml:"type" json:"type"`
	UID    string `yaml:"uid" json:"uid"`
	URL    string `yaml:"url" json:"url"`
	Access string `yaml:"access" json:"access"`
}

func main() {
	// As PID 1, a process that does not ask for a signal does not end by it either.
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(terminated); err != nil {
		log.Fatal(err)
	}
}

func run(terminated context.Context) error {
	dataSources, err := readAll(filepath.Join(provisioning, "datasources"), readDataSources)
	if err != nil {
		return err
	}
	dashboards, err := readAll(filepath.Join(provisioning, "dashboards"), readDashboards)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "grafana.db"), nil, 0o600); err != nil {
		return err
	}
	http.Handle("GET /api/health", answer(map[string]string{"database": "ok", "version": "in Grafana's place"}))
	http.Handle("GET /api/datasources", answer(dataSources))
	http.HandleFunc("GET /metrics", metrics)
	for _, dashboard := range dashboards {
		http.Handle("GET /api/dashboards/uid/"+dashboard.uid, answer(map[string]json.RawMessage{"dashboard": dashboard.json}))
	}
	failed := make(chan error, 1)
	go func() { failed <- http.ListenAndServe(":"+os.Getenv("GF_SERVER_HTTP_PORT"), nil) }()
	select {
	case err := <-failed:
		return err
	case <-terminated.Done():
		return nil
	}
}

func answer(value any) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(response).Encode(value); err != nil {
			log.Print(err)
		}
	})
}

// readAll reads the files that Grafana reads: a mounted ConfigMap has folders beside them, of other names.
func readAll[T any](folder string, read func(file string) ([]T, error)) ([]T, error) {
	found := []T{}
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			entries, err := read(file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			found = append(found, entries...)
		}
	}
	return found, nil
}

func readDataSources(file string) ([]dataSource, error) {
	var content struct {
		APIVersion  int          `yaml:"apiVersion"`
		DataSources []dataSource `yaml:"datasources"`
	}
	if err := readYAML(file, &content); err != nil {
		return nil, err
	}
	if content.APIVersion != 1 {
		return nil, fmt.Errorf("apiVersion is %d, not 1", content.APIVersion)
	}
	if len(content.DataSources) == 0 {
		return nil, errors.New("it has no data sources")
	}
	for _, entry := range content.DataSources {
		if entry.Name == "" || entry.Type == "" || entry.URL == "" || entry.Access == "" {
			return nil, fmt.Errorf("data source %q lacks a name, type, url or access", entry.Name)
		}
	}
	return content.DataSources, nil
}

// dashboard is one of the files in a folder that a provider names.
type dashboard struct {
	uid  string
	json json.RawMessage
}

func readDashboards(file string) ([]dashboard, error) {
	var content struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Type    string `yaml:"type"`
			Options struct {
				Path string `yaml:"path"`
			} `yaml:"options"`
		} `yaml:"providers"`
	}
	if err := readYAML(file, &content); err != nil {
		return nil, err
	}
	found := []dashboard{}
	for _, provider := range content.Providers {
		if content.APIVersion != 1 || provider.Type != "file" || provider.Options.Path == "" {
			return nil, errors.New("not apiVersion 1, or a provider that is none of files, or has no path")
		}
		files, err := dashboardFiles(provider.Options.Path)
		if err != nil {
			return nil, err
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			var identity struct {
				UID   string `json:"uid"`
				Title string `json:"title"`
			}
			if err := json.Unmarshal(text, &identity); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			if identity.UID == "" || identity.Title == "" {
				return nil, fmt.Errorf("%s: it lacks a uid or a title", path)
			}
			found = append(found, dashboard{uid: identity.UID, json: text})
		}
	}
	return found, nil
}

// dashboardFiles finds those of a folder and of the folders in it, but not of those that a mounted ConfigMap has for itself.
func dashboardFiles(folder string) ([]string, error) {
	found := []string{}
	for _, pattern := range []string{"*.json", "[^.]*/*.json"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		found = append(found, files...)
	}
	return found, nil
}

func readYAML(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}

var start = time.Now()

// metrics answers whoever scrapes it as little as he can read.
func metrics(response http.ResponseWriter, _ *http.Request) {
	response.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintf(response, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %d\n", start.Unix())
}
