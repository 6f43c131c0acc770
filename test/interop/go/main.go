// R-SUP-1 with nats.go and its micro package: what the CLI `nats micro` and any other client of the protocol see of Troupe. One line a
// check on stdout; exit code 1 when one fails.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

var checks int

func check(claim string, holds bool, seen any) {
	checks++
	if holds {
		fmt.Println("ok", claim)
		return
	}
	fmt.Printf("NOT OK %s: %+v\n", claim, seen)
	os.Exit(1)
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("NOT OK", err)
		os.Exit(1)
	}
	return value
}

// gather collects the answers of everybody who serves a subject, until half a second passes without one.
func gather(nc *nats.Conn, subject string) [][]byte {
	inbox := nc.NewInbox()
	sub := must(nc.SubscribeSync(inbox))
	defer sub.Unsubscribe()
	must(0, nc.PublishRequest(subject, inbox, nil))
	var answers [][]byte
	for {
		msg, err := sub.NextMsg(500 * time.Millisecond)
		if errors.Is(err, nats.ErrTimeout) {
			return answers
		}
		answers = append(answers, must(msg, err).Data)
	}
}

// loosely decodes; INFO also carries the `subjects` that older clients look for, which this type has no more.
func loosely[T any](data []byte) T {
	var value T
	must(0, json.Unmarshal(data, &value))
	return value
}

// strictly decodes into the type of nats.go, and fails on fields that it does not know.
func strictly[T any](data []byte) T {
	var value T
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	must(0, decoder.Decode(&value))
	return value
}

func health(nc *nats.Conn, system string) {
	var health struct {
		Status  string   `json:"status"`
		Reasons []string `json:"reasons"`
		Nodes   struct {
			Total, Up int
		} `json:"nodes"`
		Actors struct {
			Total, Available, Busy, Unavailable *int
		} `json:"actors"`
		MeanLoad *float64       `json:"mean_load"`
		Queues   map[string]any `json:"queues"`
		InFlight *int           `json:"tasks_in_flight"`
		Alerts   []any          `json:"alerts"`
	}
	msg := must(nc.Request(system+".supervisor.health", nil, 5*time.Second))
	must(0, json.Unmarshal(msg.Data, &health))
	check("health has a status", slices.Contains([]string{"healthy", "degraded", "critical"}, health.Status), string(msg.Data))
	check("health counts nodes", health.Nodes.Total >= 1 && health.Nodes.Up >= 1, string(msg.Data))
	a := health.Actors
	check("health counts actors", a.Total != nil && a.Available != nil && a.Busy != nil && a.Unavailable != nil, string(msg.Data))
	check("health has load, queues, tasks in flight, reasons and alerts",
		health.MeanLoad != nil && health.Queues != nil && health.InFlight != nil && health.Reasons != nil && health.Alerts != nil, string(msg.Data))
	for _, verb := range []string{"nodes", "actors", "queues", "placement"} {
		msg := must(nc.Request(system+".supervisor."+verb, nil, 5*time.Second))
		check(verb+" answers with JSON and no error", json.Valid(msg.Data) && msg.Header.Get(micro.ErrorHeader) == "", string(msg.Data))
	}
}

func discovery(nc *nats.Conn, system string) {
	pings := gather(nc, must(micro.ControlSubject(micro.PingVerb, "", "")))
	check("services answer $SRV.PING", len(pings) >= 2, len(pings))
	for _, data := range pings {
		ping := strictly[micro.Ping](data)
		check("ping of "+ping.Name+" has type, id and version", ping.Type == micro.PingResponseType && ping.ID != "" && ping.Version != "", ping)
	}
	subjects := map[string]bool{}
	for _, data := range gather(nc, must(micro.ControlSubject(micro.InfoVerb, "", ""))) {
		info := loosely[micro.Info](data)
		check("info of "+info.Name+" has type and endpoints", info.Type == micro.InfoResponseType && len(info.Endpoints) > 0, info)
		for _, endpoint := range info.Endpoints {
			subjects[endpoint.Subject] = true
		}
		byName := gather(nc, must(micro.ControlSubject(micro.InfoVerb, info.Name, info.ID)))
		check("info of "+info.Name+" answers under its name and id once", len(byName) == 1, len(byName))
	}
	for _, verb := range []string{"health", "nodes", "actors", "queues", "placement"} {
		check("endpoint supervisor."+verb+" shows up in info", subjects[system+".supervisor."+verb], subjects)
	}
	stats := map[string]int{}
	for _, data := range gather(nc, must(micro.ControlSubject(micro.StatsVerb, "", ""))) {
		s := strictly[micro.Stats](data)
		check("stats of "+s.Name+" has type and start", s.Type == micro.StatsResponseType && !s.Started.IsZero(), s)
		for _, endpoint := range s.Endpoints {
			stats[endpoint.Subject] = endpoint.NumRequests
		}
	}
	check("stats count the requests to health", stats[system+".supervisor.health"] >= 1, stats)
}

func errorsAreMarked(nc *nats.Conn, system string) {
	msg := must(nc.Request(system+".task.get", []byte(`{"task_id":"*"}`), 5*time.Second))
	check("an error carries the protocol's two headers",
		msg.Header.Get(micro.ErrorHeader) != "" && msg.Header.Get(micro.ErrorCodeHeader) == "400", msg.Header)
}

func main() {
	system := os.Getenv("TROUPE_SYSTEM")
	nc := must(nats.Connect(os.Getenv("NATS_URL"), nats.Name("interop/go")))
	defer nc.Close()
	health(nc, system)
	discovery(nc, system)
	errorsAreMarked(nc, system)
	fmt.Println(checks, "checks")
}
