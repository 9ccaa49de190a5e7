// Command grafana answers in the place of Grafana, whose module cannot be had. It reads the data sources that are provisioned and
// writes to its data folder, as Grafana does at its start, and answers what probes ask.
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

	"gopkg.in/yaml.v3"
)

const (
	provisioning = "/etc/grafana/provisioning/datasources"
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
	dataSources, err := readAll(provisioning)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "grafana.db"), nil, 0o600); err != nil {
		return err
	}
	http.Handle("GET /api/health", answer(map[string]string{"database": "ok", "version": "in Grafana's place"}))
	http.Handle("GET /api/datasources", answer(dataSources))
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
func readAll(folder string) ([]dataSource, error) {
	found := []dataSource{}
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			dataSources, err := read(file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			found = append(found, dataSources...)
		}
	}
	return found, nil
}

func read(file string) ([]dataSource, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content struct {
		APIVersion  int          `yaml:"apiVersion"`
		DataSources []dataSource `yaml:"datasources"`
	}
	if err := yaml.Unmarshal(text, &content); err != nil {
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
