#!/usr/bin/env python3
"""Writes COUNT events of a made-up organisation as `lightfast store import` takes them: the same ones every time.

    tests/bench/make_events.py COUNT >events.ndjson

Pull requests are opened, pushed to, reviewed, commented on and closed; issues likewise; commits are pushed, deployed and checked.
About 800 bytes each, with the words of a text as unevenly spread as those of a language (Zipf).
"""
import bisect
import datetime
import itertools
import json
import random
import sys

WORDS, PEOPLE, REPOSITORIES, FILES = 60_000, 400, 40, 4_000
BEGIN = 1_700_000_000  # seconds since 1970
SYLLABLES = [first + second for first in "bcdfghklmnprstvz" for second in "aeiou"]


class Organisation:
    def __init__(self, chance):
        self.chance, self.time, self.number = chance, BEGIN, 0
        self.words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(WORDS)]
        self.spread = list(itertools.accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.threads = []  # that are open: subject, kind, repository, title

    def text(self, count):
        most = self.spread[-1]
        return " ".join(self.words[bisect.bisect(self.spread, self.chance.random() * most)] for _ in range(count))

    def person(self):
        return f"person:dev{int(PEOPLE * self.chance.random() ** 2)}"

    def repository(self):
        return f"acme/service{int(REPOSITORIES * self.chance.random() ** 2)}"

    def event(self, kind, subject, title, relations, attributes, url=None, body=None):
        self.time += self.chance.random() * 60
        self.number += 1
        when = datetime.datetime.fromtimestamp(self.time, datetime.timezone.utc).isoformat(timespec="milliseconds")
        whole = {"id": f"made:{kind}:{self.number}", "source": "github", "type": kind,
                 "occurredAt": when, "actor": relations[0][1], "subject": subject, "title": title,
                 "body": self.text(self.chance.randint(20, 60)) if body is None else body,
                 "relations": [{"type": name, "entity": entity} for name, entity in relations], "attributes": attributes}
        if url:
            whole["url"] = url
        return whole

    def opened(self):
        kind = self.chance.choice(("pr", "pr", "issue"))
        repository, number, title = self.repository(), self.number + 1, self.text(self.chance.randint(4, 9))
        subject, page = f"{kind}:{repository}#{number}", {"pr": "pull", "issue": "issues"}[kind]
        self.threads.append((subject, kind, repository, title, f"https://github.com/{repository}/{page}/{number}"))
        relations = [("authored_by", self.person()), ("part_of", f"repo:{repository}")]
        if kind == "pr" and len(self.threads) > 10:
            relations.append(("references", self.chance.choice(self.threads[-10:])[0]))
        return self.event({"pr": "pull_request.opened", "issue": "issue.opened"}[kind], subject, title, relations,
                          {"state": "open", "title": title, "labels": [self.words[self.chance.randint(100, 140)]]}, self.threads[-1][4])

    def thread_goes_on(self):
        at = int(len(self.threads) * (1 - self.chance.random() ** 2 * 0.999))
        subject, kind, _, title, url = self.threads[min(at, len(self.threads) - 1)]
        if self.chance.random() < 0.25 and len(self.threads) > 200:
            self.threads.pop(min(at, len(self.threads) - 1))
            state = "merged" if kind == "pr" else "closed"
            return self.event({"pr": "pull_request.merged", "issue": "issue.closed"}[kind], subject, title, [("closed_by", self.person())],
                              {"state": state}, url)
        name, relation = self.chance.choice((("review.submitted", "reviewed_by"), ("comment.created", "commented_by")))
        return self.event(name, subject, title, [(relation, self.person())], {}, f"{url}#{self.number}")

    def pushed(self):
        repository, commit = self.repository(), f"{self.chance.getrandbits(160):040x}"
        files = [("modifies", f"file:{repository}/src/{self.words[self.chance.randint(0, FILES)]}.cc") for _ in range(self.chance.randint(0, 1))]
        title = self.text(self.chance.randint(4, 9))
        return self.event("commit.pushed", f"commit:{repository}@{commit}", title, [("authored_by", self.person()), *files],
                          {"message": title}, f"https://github.com/{repository}/commit/{commit}")

    def deployed(self):
        repository, number = self.repository(), self.number + 1
        return self.event("deployment.created", f"deployment:{number}", f"{repository} to production", [("created_by", self.person()),
                          ("deploys", f"repo:{repository}")], {"state": self.chance.choice(("success", "failure")), "environment": "production"})

    def next(self):
        dice = self.chance.random()
        if dice < 0.12 or len(self.threads) < 20:
            return self.opened()
        if dice < 0.62:
            return self.thread_goes_on()
        return self.pushed() if dice < 0.9 else self.deployed()


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    organisation = Organisation(random.Random(7))
    for _ in range(int(sys.argv[1])):
        print(json.dumps(organisation.next(), separators=(",", ":")))


if __name__ == "__main__":
    main()
