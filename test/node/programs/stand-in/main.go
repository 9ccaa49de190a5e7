// Command stand-in stands for a service where only its network matters: on each port that it is given it answers every HTTP request with the
// name of its pod and its version, as JSON, and every WebSocket with what it hears. Without ports it listens where the service would:
// on SERVER_PORT, else on PORT, else on 3000.
//
// It listens on a port more, which nobody says that it has: whoever gets there was let in everywhere.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

const undeclaredPort = "9999"

// Requests in flight have as long to end as a Spring service gives them.
const grace = 10 * time.Second

func main() {
	ports := os.Args[1:]
	if len(ports) == 0 {
		ports = []string{firstOf(os.Getenv("SERVER_PORT"), os.Getenv("PORT"), "3000")}
	}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var servers []*http.Server
	for _, port := range append(ports, undeclaredPort) {
		// A port may come with an address.
		address := port
		if !strings.Contains(port, ":") {
			address = ":" + port
		}
		server := &http.Server{Addr: address, Handler: http.HandlerFunc(answer)}
		servers = append(servers, server)
		go func() {
			if err := server.ListenAndServe(); err != http.ErrServerClosed {
				log.Fatal(err)
			}
		}()
	}
	<-stopped.Done()
	ending, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ending); err != nil {
			log.Print(err)
		}
	}
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

func answer(response http.ResponseWriter, request *http.Request) {
	if strings.EqualFold(request.Header.Get("Upgrade"), "websocket") {
		echo(response, request)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(response).Encode(whoIs(request)); err != nil {
		log.Print(err)
	}
}

type identity struct {
	Pod     string `json:"pod"`
	Version string `json:"version"`
	Path    string `json:"path"`
}

// The name of a pod is that of its host.
func whoIs(request *http.Request) identity {
	pod, err := os.Hostname()
	if err != nil {
		log.Print(err)
	}
	return identity{Pod: pod, Version: os.Getenv("VERSION"), Path: request.URL.Path}
}

// echo says first who it is, and then whatever it hears.
func echo(response http.ResponseWriter, request *http.Request) {
	// The page is another host's than the API.
	connection, err := websocket.Accept(response, request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		log.Print(err)
		return
	}
	defer connection.CloseNow()
	ctx := context.Background()
	greeting, err := json.Marshal(whoIs(request))
	for err == nil {
		if err = connection.Write(ctx, websocket.MessageText, greeting); err == nil {
			_, greeting, err = connection.Read(ctx)
		}
	}
	if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		log.Print(err)
	}
}
