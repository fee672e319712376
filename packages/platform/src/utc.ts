// Every process of ours reckons in UTC, whatever its machine does: a date without a zone in a contact's attribute is read as
// local time by `Date`, so a merge tag would show the day before east of Greenwich, and two services on two machines two days.
process.env["TZ"] = "UTC";
