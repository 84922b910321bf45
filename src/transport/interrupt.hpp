// Interrupt: SIGINT, SIGTERM and SIGHUP as a readable descriptor (the self-pipe), so that every wait can end at once.
#pragma once

namespace byok::transport {

class Interrupt {
 public:
  // Installs the handlers; the first signal makes fd() readable, a second one kills the process by its default action.
  // At most one Interrupt lives at a time.
  Interrupt();
  ~Interrupt();  // restores the handlers that were there
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // After a signal that was obeyed by stopping something: the next one is a first one again.
  void rearm();
  [[nodiscard]] int fd() const { return read_end_; }
  [[nodiscard]] int signal() const;  // which it was, or 0 while none came

 private:
  int read_end_ = -1;
};

}  // namespace byok::transport
