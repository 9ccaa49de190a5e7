// Command tempo answers in the place of Tempo, whose module cannot be had: it takes spans by OTLP over gRPC, and gives them back by
// Tempo's own HTTP API. It reads Tempo's configuration, and writes where that says. Spans are kept in memory.
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
	"sync"
	"syscall"

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
