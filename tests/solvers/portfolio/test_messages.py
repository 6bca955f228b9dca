from io import BytesIO
from threading import Event

from optimizer.generate import generate
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.portfolio.messages import Assignment, Channel, Message, Offer, Sender, Stop

ASSIGNMENT = Assignment("greedy", Problem.of(generate("server", 3, seed=0)), Limits(), 0, None)


class SlowChannel(Channel):
    """Takes a message only once it may."""

    def __init__(self) -> None:
        super().__init__(BytesIO(), BytesIO())
        self.open, self.stopped, self.sent = Event(), Event(), list[Message]()

    def send(self, message: Message) -> bool:
        assert self.open.wait(60)
        self.sent.append(message)
        if isinstance(message, Stop):
            self.stopped.set()
        return True


def test_the_assignment_goes_first_and_of_offers_that_wait_only_the_last() -> None:
    channel = SlowChannel()
    sender = Sender(channel, ASSIGNMENT)
    for bound in (1.0, 2.0, 3.0):
        sender.send(Offer(lower_bound=bound))
    sender.send(Stop())
    channel.open.set()
    assert channel.stopped.wait(60)
    sender.close()
    assert channel.sent == [ASSIGNMENT, Offer(lower_bound=3.0), Stop()]


def test_nothing_is_sent_to_a_process_that_is_gone() -> None:
    channel = SlowChannel()
    channel.open.set()
    sender = Sender(channel, ASSIGNMENT)
    sender.close()
    sender.send(Stop())
    assert Stop() not in channel.sent
