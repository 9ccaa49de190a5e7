// Command tempo answers in the place of Tempo, whose module cannot be had: it takes spans by OTLP over gRPC, and gives them back by
// Tempo's own HTTP API, or searches them by a little of TraceQL. It reads Tempo's configuration, and writes where that says. Spans are kept
// in memory.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // by which the collector compresses
	"google.golang.org/protobuf/encoding/protojson"
	"gopkg.in/yaml.v3"
)

// Old traces make room for new ones, so that memory stays bounded.
const maxSpans = 100_000

type configuration struct {
	Server struct {
		HTTPListenPort int `yaml:"http_listen_port"`
	} `yaml:"server"`
	Distributor struct {
		Receivers struct {
			OTLP struct {
				Protocols struct {
					GRPC struct {
						Endpoint string `yaml:"endpoint"`
					} `yaml:"grpc"`
				} `yaml:"protocols"`
			} `yaml:"otlp"`
		} `yaml:"receivers"`
	} `yaml:"distributor"`
	Storage struct {
		Trace struct {
			Local folder `yaml:"local"`
			WAL   folder `yaml:"wal"`
		} `yaml:"trace"`
	} `yaml:"storage"`
}

type folder struct {
	Path string `yaml:"path"`
}

func main() {
	file := flag.String("config.file", "", "Tempo's configuration")
	flag.Parse()
	// As PID 1, a process that does not ask for a signal does not end by it either.
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(terminated, *file); err != nil {
		log.Fatal(err)
	}
}

func run(terminated context.Context, file string) error {
	config, err := read(file)
	if err != nil {
		return err
	}
	for _, folder := range []folder{config.Storage.Trace.Local, config.Storage.Trace.WAL} {
		if err := os.MkdirAll(folder.Path, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder.Path, "writable"), nil, 0o600); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", config.Distributor.Receivers.OTLP.Protocols.GRPC.Endpoint)
	if err != nil {
		return err
	}
	store := &store{traces: map[string][]*trace.ResourceSpans{}}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, store)
	http.HandleFunc("GET /ready", func(response http.ResponseWriter, _ *http.Request) { fmt.Fprintln(response, "ready") })
	http.HandleFunc("GET /status/version", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "an OTLP receiver in Tempo's place")
	})
	http.HandleFunc("GET /api/traces/{id}", store.get)
	http.HandleFunc("GET /api/search", store.search)
	http.HandleFunc("GET /metrics", metrics)
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	go func() { failed <- http.ListenAndServe(fmt.Sprintf(":%d", config.Server.HTTPListenPort), nil) }()
	select {
	case err := <-failed:
		return err
	case <-terminated.Done():
		return nil
	}
}

func read(file string) (configuration, error) {
	var config configuration
	text, err := os.ReadFile(file)
	if err != nil {
		return config, err
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return config, fmt.Errorf("%s: %w", file, err)
	}
	// Tempo has defaults for these; none of them is what a manifest with probes, ports and a volume means.
	if config.Server.HTTPListenPort == 0 || config.Distributor.Receivers.OTLP.Protocols.GRPC.Endpoint == "" ||
		config.Storage.Trace.Local.Path == "" || config.Storage.Trace.WAL.Path == "" {
		return config, errors.New(file + ": lacks server.http_listen_port, the OTLP receiver's endpoint, or a path of storage.trace")
	}
	return config, nil
}

// store holds the spans of each trace, as they came.
type store struct {
	collector.UnimplementedTraceServiceServer
	mutex  sync.Mutex
	traces map[string][]*trace.ResourceSpans
	// order has the identifiers of the traces, the oldest first.
	order []string
	spans int
}

// Export takes spans, and sorts them by trace.
func (s *store) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			byTrace := map[string][]*trace.Span{}
			for _, span := range scope.Spans {
				id := hex.EncodeToString(span.TraceId)
				byTrace[id] = append(byTrace[id], span)
			}
			for id, spans := range byTrace {
				s.add(id, &trace.ResourceSpans{
					Resource:   resource.Resource,
					ScopeSpans: []*trace.ScopeSpans{{Scope: scope.Scope, Spans: spans}},
				})
			}
		}
	}
	for s.spans > maxSpans {
		s.forgetOldest()
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func (s *store) add(id string, batch *trace.ResourceSpans) {
	if _, known := s.traces[id]; !known {
		s.order = append(s.order, id)
	}
	s.traces[id] = append(s.traces[id], batch)
	s.spans += len(batch.ScopeSpans[0].Spans)
}

func (s *store) forgetOldest() {
	for _, batch := range s.traces[s.order[0]] {
		s.spans -= len(batch.ScopeSpans[0].Spans)
	}
	delete(s.traces, s.order[0])
	s.order = s.order[1:]
}

func (s *store) get(response http.ResponseWriter, request *http.Request) {
	id, err := hex.DecodeString(request.PathValue("id"))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	s.mutex.Lock()
	// Spans do not change once they are here, and the list only grows.
	found := s.traces[hex.EncodeToString(id)]
	s.mutex.Unlock()
	if found == nil {
		http.Error(response, "trace not found", http.StatusNotFound)
		return
	}
	// Tempo's own name for what OTLP calls resourceSpans.
	var answer struct {
		Batches []json.RawMessage `json:"batches"`
	}
	for _, batch := range found {
		text, err := protojson.Marshal(batch)
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		answer.Batches = append(answer.Batches, text)
	}
	response.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(response).Encode(answer); err != nil {
		log.Print(err)
	}
}

// condition is one of those that a TraceQL query joins by &&.
type condition func(resource map[string]string, span *trace.Span) bool

// parseTraceQL reads the part of TraceQL that dashboards use: {CONDITION && ...}.
func parseTraceQL(query string) ([]condition, error) {
	inner, isSpanset := strings.CutPrefix(strings.TrimSpace(query), "{")
	inner, isClosed := strings.CutSuffix(inner, "}")
	if !isSpanset || !isClosed {
		return nil, fmt.Errorf("%q: only {CONDITION && ...} is known here", query)
	}
	var conditions []condition
	for _, text := range strings.Split(inner, "&&") {
		match := conditionForm.FindStringSubmatch(strings.TrimSpace(text))
		if match == nil {
			return nil, fmt.Errorf("%q: only resource.NAME = \"VALUE\", duration > TIME and status = error are known here", text)
		}
		if name, value := match[1], match[2]; name != "" {
			conditions = append(conditions, func(resource map[string]string, _ *trace.Span) bool { return resource[name] == value })
			continue
		}
		if match[3] == "" {
			conditions = append(conditions, func(_ map[string]string, span *trace.Span) bool {
				return span.GetStatus().GetCode() == trace.Status_STATUS_CODE_ERROR
			})
			continue
		}
		longerThan, err := time.ParseDuration(match[3])
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, func(_ map[string]string, span *trace.Span) bool { return durationOf(span) > longerThan })
	}
	return conditions, nil
}

var conditionForm = regexp.MustCompile(`^(?:resource\.([\w.]+)\s*=\s*"([^"]*)"|duration\s*>\s*(\w+)|status\s*=\s*error)$`)

func durationOf(span *trace.Span) time.Duration {
	return time.Duration(span.EndTimeUnixNano - span.StartTimeUnixNano)
}

// found is a trace as Tempo's search tells of it.
type found struct {
	TraceID           string `json:"traceID"`
	RootServiceName   string `json:"rootServiceName"`
	RootTraceName     string `json:"rootTraceName"`
	StartTimeUnixNano string `json:"startTimeUnixNano"`
	DurationMs        int64  `json:"durationMs"`
}

// search finds the newest traces of which a span meets the conditions of a query.
func (s *store) search(response http.ResponseWriter, request *http.Request) {
	conditions, err := parseTraceQL(request.URL.Query().Get("q"))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	answer := struct {
		Traces []found `json:"traces"`
	}{Traces: []found{}}
	s.mutex.Lock()
	for index := len(s.order) - 1; index >= 0 && len(answer.Traces) < 20; index-- {
		if one, ok := matching(s.traces[s.order[index]], conditions); ok {
			one.TraceID = s.order[index]
			answer.Traces = append(answer.Traces, one)
		}
	}
	s.mutex.Unlock()
	response.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(response).Encode(answer); err != nil {
		log.Print(err)
	}
}

// matching returns the first span of a trace that meets all conditions.
func matching(batches []*trace.ResourceSpans, conditions []condition) (found, bool) {
	for _, batch := range batches {
		resource := map[string]string{}
		for _, attribute := range batch.GetResource().GetAttributes() {
			resource[attribute.Key] = attribute.GetValue().GetStringValue()
		}
		for _, scope := range batch.ScopeSpans {
			for _, span := range scope.Spans {
				if meetsAll(resource, span, conditions) {
					return found{
						RootServiceName:   resource["service.name"],
						RootTraceName:     span.Name,
						StartTimeUnixNano: strconv.FormatUint(span.StartTimeUnixNano, 10),
						DurationMs:        durationOf(span).Milliseconds(),
					}, true
				}
			}
		}
	}
	return found{}, false
}

func meetsAll(resource map[string]string, span *trace.Span, conditions []condition) bool {
	for _, meets := range conditions {
		if !meets(resource, span) {
			return false
		}
	}
	return true
}

var start = time.Now()

// metrics answers whoever scrapes it as little as he can read.
func metrics(response http.ResponseWriter, _ *http.Request) {
	response.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintf(response, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %d\n", start.Unix())
}
